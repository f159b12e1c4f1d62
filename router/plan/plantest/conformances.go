package plantest

// Conformance is a graph with its data and operations. The subgraphs refuse wrong requests, and the answers must equal
// those of one graph over all data; requests and waves, where given, are the least possible.
type Conformance struct {
	Name string
	// Subgraphs are SDLs by name, without the head that links federation, and World the data; see NewWorld.
	Subgraphs map[string]string
	World     string
	// Labels are the override labels that are on.
	Labels []string
	Asks   []Ask
}

// Ask is an operation over a Conformance.
type Ask struct {
	Query, Variables string
	// Calls is the number of root selections and _entities fields.
	Requests, Waves, Calls int
}

// Fixture composes the graph over its data.
func (c *Conformance) Fixture() (*Fixture, error) {
	world, err := NewWorld(c.World)
	if err != nil {
		return nil, err
	}
	sdls := map[string]string{}
	for name, sdl := range c.Subgraphs {
		sdls[name] = Link + sdl
	}
	return New(sdls, world, c.Labels)
}

// Conformances returns what planners and executors must answer rightly.
func Conformances() []Conformance { return conformances }

var conformances = []Conformance{
	{
		Name: "keys: one, several, composite, nested",
		Subgraphs: map[string]string{
			"a": `type Query{user:User users:[User!]!} type User@key(fields:"id"){id:ID! name:String}`,
			"b": `type User@key(fields:"id")@key(fields:"email"){id:ID! email:String! age:String}`,
			"c": `type User@key(fields:"email"){email:String! score:String org:Org}
				type Org@key(fields:"slug region{code}"){slug:ID! region:Region!} type Region{code:ID!}`,
			"d": `type Org@key(fields:"slug region{code}"){slug:ID! region:Region!@external title:String}
				type Region@shareable{code:ID!@external}`,
		},
		World: `[{"@":"Query","user":"@u1","users":["@u1","@u2"]},
			{"@":"u1","__typename":"User","id":"1","name":"Ann","email":"a@x","age":"30","score":"7","org":"@o1"},
			{"@":"u2","__typename":"User","id":"2","name":"Bob","email":"b@x","age":"31","score":null,"org":null},
			{"@":"o1","__typename":"Org","slug":"weft","region":{"__typename":"Region","code":"eu"},"title":"Weft"}]`,
		Asks: []Ask{
			{Query: `{user{name}}`, Requests: 1, Waves: 1},
			{Query: `{user{name age}}`, Requests: 2, Waves: 2},
			{Query: `{users{score}}`, Requests: 3, Waves: 3},
			{Query: `{users{name age score email org{title slug}}}`, Requests: 4, Waves: 4},
			{Query: `{a:user{x:name id:email} b:users{org{region{code} title}}}`, Requests: 4, Waves: 4},
		},
	},
	{
		Name: "keys: resolvable false is only a reference",
		Subgraphs: map[string]string{
			"a": `type Query{product:Product} type Product@key(fields:"id"){id:ID! name:String}`,
			"b": `type Query{review:Review} type Review@key(fields:"id"){id:ID! product:Product}
				type Product@key(fields:"id",resolvable:false){id:ID!}`,
		},
		World: `[{"@":"Query","product":"@p","review":"@r"},{"@":"p","__typename":"Product","id":"1","name":"Loom"},
			{"@":"r","__typename":"Review","id":"9","product":"@p"}]`,
		Asks: []Ask{{Query: `{review{product{id}}}`, Requests: 1}, {Query: `{review{product{name}}}`, Requests: 2,
			Waves: 2}},
	},
	{
		Name: "keys: null finds nothing",
		Subgraphs: map[string]string{
			"a": `type Query{list:[E]} type E@key(fields:"code"){code:ID x:String}`,
			"b": `type E@key(fields:"code"){code:ID y:String}`,
		},
		World: `[{"@":"Query","list":["@e","@f"]},{"@":"e","__typename":"E","code":"1","x":"x","y":"y"},
			{"@":"f","__typename":"E","code":null,"x":"z","y":null}]`,
		Asks: []Ask{{Query: `{list{x y}}`, Requests: 2, Waves: 2}},
	},
	{
		Name: "keys: resolvable false is no way in",
		Subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID!}`,
			"b": `type Query{other:E} type E@key(fields:"id",resolvable:false){id:ID! x:String@shareable}`,
			"c": `type E@key(fields:"id"){id:ID! x:String@shareable}`,
		},
		World: `[{"@":"Query","e":"@e","other":"@e"},{"@":"e","__typename":"E","id":"1","x":"x"}]`,
		Asks:  []Ask{{Query: `{e{x}}`, Requests: 2, Waves: 2}, {Query: `{other{x}}`, Requests: 1}},
	},
	{
		Name: "requires: plain, nested, chained, with arguments that contradict",
		Subgraphs: map[string]string{
			"a": `type Query{product:Product list:[Product]}
				type Product@key(fields:"id"){id:ID! weight(unit:String):String size:Size price(currency:String!):String}
				type Size{w:String h:String}`,
			"b": `type Product@key(fields:"id"){id:ID! weight(unit:String):String@external size:Size@external
				price(currency:String!):String@external
				shipping:String@requires(fields:"weight") box:String@requires(fields:"size{w h}")
					usd:String@requires(fields:"price(currency:\"USD\")") eur:String@requires(fields:"price(currency:\"EUR\")")}
				type Size@shareable{w:String@external h:String@external}`,
			"c": `type Product@key(fields:"id"){id:ID! shipping:String@external total:String@requires(fields:"shipping")}`,
		},
		World: `[{"@":"Query","product":"@p","list":["@p","@q",null]},
			{"@":"p","__typename":"Product","id":"1","weight":"5","size":{"__typename":"Size","w":"1","h":"2"},"price":"9"},
			{"@":"q","__typename":"Product","id":"2","weight":null,"size":null,"price":"8"}]`,
		Asks: []Ask{
			{Query: `{product{shipping}}`, Requests: 2, Waves: 2},
			{Query: `{list{shipping box}}`, Requests: 2, Waves: 2},
			{Query: `{list{total}}`, Requests: 3, Waves: 3},
			{Query: `{list{usd eur}}`, Requests: 2, Waves: 2},
			{Query: `{list{usd eur price(currency:"GBP") weight(unit:"kg") shipping}}`, Requests: 2, Waves: 2},
			{Query: `query($c:String!){list{price(currency:$c) usd weight:id id:weight total}}`, Variables: `{"c":"CHF"}`,
				Requests: 3, Waves: 3},
		},
	},
	{
		Name: "requires: the subgraph that computes also has the object",
		Subgraphs: map[string]string{
			"a": `type Query{item:Item} type Item@key(fields:"id"){id:ID! base:String@external
				sum:String@requires(fields:"base")}`,
			"b": `type Item@key(fields:"id"){id:ID! base:String}`,
		},
		World: `[{"@":"Query","item":"@i"},{"@":"i","__typename":"Item","id":"1","base":"x"}]`,
		Asks:  []Ask{{Query: `{item{sum}}`, Requests: 3, Waves: 3}, {Query: `{item{id sum base}}`, Requests: 3, Waves: 3}},
	},
	{
		Name: "provides: nested, and on unions and interfaces",
		Subgraphs: map[string]string{
			"a": `type Query{review:Review@provides(fields:"author{name profile{bio}}")
				media:Media@provides(fields:"...on Book{title}") animal:Animal@provides(fields:"...on Cat{name}")}
				type Review@key(fields:"id"){id:ID! author:User@external}
				type User@key(fields:"id"){id:ID! name:String@external profile:Profile@external} type Profile{bio:String@external}
				union Media=Book|Movie type Book@key(fields:"id"){id:ID! title:String@external} type Movie@key(fields:"id"){id:ID!}
				interface Animal{id:ID!} type Cat implements Animal@key(fields:"id"){id:ID! name:String@external}
					type Dog implements Animal@key(fields:"id"){id:ID!}`,
			"b": `type Review@key(fields:"id"){id:ID! author:User@shareable}
				type User@key(fields:"id"){id:ID! name:String@shareable profile:Profile@shareable age:String}
				type Profile@shareable{bio:String}
				type Book@key(fields:"id"){id:ID! title:String@shareable} type Movie@key(fields:"id"){id:ID! title:String}
				type Cat@key(fields:"id"){id:ID! name:String@shareable} type Dog@key(fields:"id"){id:ID! name:String}`,
		},
		World: `[{"@":"Query","review":"@r","media":"@b","animal":"@d"},
			{"@":"r","__typename":"Review","id":"1","author":"@u"},
			{"@":"u","__typename":"User","id":"2","name":"Ann","profile":{"__typename":"Profile","bio":"hi"},"age":"5"},
			{"@":"b","__typename":"Book","id":"3","title":"B"},{"@":"d","__typename":"Dog","id":"4","name":"Rex"}]`,
		Asks: []Ask{
			{Query: `{review{author{name profile{bio}}}}`, Requests: 1},
			{Query: `{review{author{name age}}}`, Requests: 2, Waves: 2},
			{Query: `{media{...on Book{title}}}`, Requests: 1},
			{Query: `{media{...on Book{title} ...on Movie{title}}}`, Requests: 2, Waves: 2},
			{Query: `{animal{...on Cat{name}}}`, Requests: 1},
			{Query: `{animal{...on Cat{name} ...on Dog{name} id}}`, Requests: 2, Waves: 2},
		},
	},
	{
		Name: "shareable: one subgraph for all, values spread over subgraphs",
		Subgraphs: map[string]string{
			"a": `type Query{spot:Spot@shareable other:String} type Spot@shareable{x:String y:String a:String box:Box}
				type Box@shareable{l:String}`,
			"b": `type Query{spot:Spot@shareable} type Spot@shareable{x:String b:String box:Box}
				type Box@shareable{l:String r:String}`,
			"c": `type Query{spot:Spot@shareable} type Spot@shareable{x:String y:String b:String}`,
		},
		World: `[{"@":"Query","other":"o",
			"spot":{"__typename":"Spot","x":"1","y":"2","a":"A","b":"B","box":{"__typename":"Box","l":"L","r":"R"}}}]`,
		Asks: []Ask{
			{Query: `{spot{x}}`, Requests: 1},
			{Query: `{spot{x y b}}`, Requests: 1},
			{Query: `{spot{a b}}`, Requests: 2, Waves: 1},
			{Query: `{spot{y box{l r}}}`, Requests: 2, Waves: 1},
			{Query: `{other spot{y x}}`, Requests: 1},
			{Query: `{p:spot{b} q:spot{box{r}}}`, Requests: 1},
		},
	},
	{
		Name: "override: the new subgraph resolves",
		Subgraphs: map[string]string{
			"a": `type Query{bill:Bill} type Bill@key(fields:"id"){id:ID! amount:String payer:String}`,
			"b": `type Bill@key(fields:"id"){id:ID! amount:String@override(from:"a")}`,
		},
		World: `[{"@":"Query","bill":"@b"},{"@":"b","__typename":"Bill","id":"1","amount":"5","payer":"p"}]`,
		Asks:  []Ask{{Query: `{bill{amount}}`, Requests: 2, Waves: 2}, {Query: `{bill{payer}}`, Requests: 1}},
	},
	{
		Name: "override: label off",
		Subgraphs: map[string]string{
			"a": `type Query{bill:Bill} type Bill@key(fields:"id"){id:ID! amount:String}`,
			"b": `type Bill@key(fields:"id"){id:ID! amount:String@override(from:"a",label:"percent(10)")}`,
		},
		World: `[{"@":"Query","bill":"@b"},{"@":"b","__typename":"Bill","id":"1","amount":"5"}]`,
		Asks:  []Ask{{Query: `{bill{amount}}`, Requests: 1}},
	},
	{
		Name: "override: label on", Labels: []string{"percent(10)"},
		Subgraphs: map[string]string{
			"a": `type Query{bill:Bill} type Bill@key(fields:"id"){id:ID! amount:String}`,
			"b": `type Bill@key(fields:"id"){id:ID! amount:String@override(from:"a",label:"percent(10)")}`,
		},
		World: `[{"@":"Query","bill":"@b"},{"@":"b","__typename":"Bill","id":"1","amount":"5"}]`,
		Asks:  []Ask{{Query: `{bill{amount}}`, Requests: 2, Waves: 2}},
	},
	{
		Name: "interfaces: implementations spread over subgraphs, fragments, __typename",
		Subgraphs: map[string]string{
			"a": `type Query{nodes:[Node!]!} interface Node{id:ID!} type A implements Node@key(fields:"id"){id:ID! a:String}
				type B implements Node@key(fields:"id"){id:ID! same:String}
				type C implements Node@key(fields:"id"){id:ID! same:String}`,
			"b": `interface Named{name:String} type A implements Named@key(fields:"id"){id:ID! name:String}
				type B implements Named@key(fields:"id"){id:ID! name:String}`,
			"c": `type C@key(fields:"id"){id:ID! name:String owner:A} type A@key(fields:"id"){id:ID!}
				type B@key(fields:"id"){id:ID! owner:A}`,
		},
		World: `[{"@":"Query","nodes":["@a","@b","@c"]},{"@":"a","__typename":"A","id":"1","a":"x","name":"An"},
			{"@":"b","__typename":"B","id":"1","same":"s","name":"Bn","owner":"@a"},
			{"@":"c","__typename":"C","id":"1","same":"t","name":"Cn","owner":"@a"}]`,
		Asks: []Ask{
			{Query: `{nodes{id}}`, Requests: 1},
			{Query: `{nodes{__typename}}`, Requests: 1},
			{Query: `{nodes{id ...on A{a name} ...on B{name}}}`, Requests: 2, Waves: 2},
			{Query: `{nodes{...on Named{name} ...on C{name}}}`, Requests: 3, Waves: 2},
			{Query: `{nodes{...on B{same owner{name a}} ...on C{s:same owner{name a}}}}`, Requests: 4, Waves: 3},
			{Query: `{nodes{t:__typename ...on C{id:name}}}`, Requests: 2, Waves: 2},
		},
	},
	{
		Name: "interfaces: a field of all implementations that another subgraph resolves",
		Subgraphs: map[string]string{
			"a": `type Query{nodes:[Node]} interface Node{id:ID!} type A implements Node@key(fields:"id"){id:ID! a:String}
				type B implements Node@key(fields:"id"){id:ID!}`,
			"b": `interface Node{id:ID! owner:User} type A implements Node@key(fields:"id"){id:ID! owner:User}
				type B implements Node@key(fields:"id"){id:ID! owner:User b:String} type User{name:String}`,
		},
		World: `[{"@":"Query","nodes":["@a","@b"]},
			{"@":"a","__typename":"A","id":"1","a":"x","owner":{"__typename":"User","name":"n"}},
			{"@":"b","__typename":"B","id":"2","b":"y","owner":{"__typename":"User","name":"m"}}]`,
		Asks: []Ask{{Query: `{nodes{owner{name} ...on A{a} ...on B{b}}}`, Requests: 2,
			Waves: 2}, {Query: `{nodes{owner{name}}}`, Requests: 2, Waves: 2}},
	},
	{
		Name: "interfaces: a field selected on one is still the object's own",
		Subgraphs: map[string]string{
			"a": `type Query{dog:Dog} interface Node{id:ID! x:String} type Cat implements Node{id:ID! x:String}
				type Dog@key(fields:"id"){id:ID!}`,
			"b": `interface Node{id:ID! x:String} type Dog implements Node@key(fields:"id"){id:ID! x:String}`,
		},
		World: `[{"@":"Query","dog":"@d"},{"@":"d","__typename":"Dog","id":"1","x":"y"}]`,
		Asks:  []Ask{{Query: `{dog{...on Node{x}}}`, Requests: 2, Waves: 2}, {Query: `{dog{...on Node{id}}}`, Requests: 1}},
	},
	{
		Name: "unions: each subgraph knows some members",
		Subgraphs: map[string]string{
			"a": `type Query{found:[Hit] both:Hit@shareable} union Hit=X|Y type X@key(fields:"id"){id:ID! x:String}
				type Y@key(fields:"id"){id:ID!}`,
			"b": `type Query{both:Hit@shareable} union Hit=Y|Z type Y@key(fields:"id"){id:ID! y:String}
				type Z@key(fields:"id"){id:ID! z:String} type X@key(fields:"id"){id:ID! more:String}`,
		},
		World: `[{"@":"Query","found":["@x","@y",null],"both":"@y"},{"@":"x","__typename":"X","id":"1","x":"xx","more":"m"},
			{"@":"y","__typename":"Y","id":"2","y":"yy"}]`,
		Asks: []Ask{
			{Query: `{found{...on X{x}}}`, Requests: 1},
			{Query: `{found{__typename ...on X{x more} ...on Y{y} ...on Z{z}}}`, Requests: 2, Waves: 2},
			{Query: `{both{...on Y{y} ...on X{x}}}`, Requests: 1},
		},
	},
	{
		Name: "members with different nullability",
		Subgraphs: map[string]string{
			"a": `type Query{all:[Pet]} union Pet=Cat|Dog|Fish type Cat@shareable{name:String! home:Box}
				type Dog@shareable{name:String home:Basket} type Fish{name:String!}
				type Box@shareable{size:String!} type Basket@shareable{size:String}`,
			"b": `type Query{cat:Cat dog:Dog} type Cat@shareable{name:String home:Box}
				type Dog@shareable{name:String home:Basket} type Box@shareable{size:String} type Basket@shareable{size:String}`,
		},
		World: `[{"@":"Query","cat":null,"dog":null,
			"all":[{"__typename":"Cat","name":"c","home":{"__typename":"Box","size":"s"}},
			{"__typename":"Dog","name":null,"home":{"__typename":"Basket","size":null}},{"__typename":"Fish","name":"f"}]}]`,
		Asks: []Ask{
			{Query: `{all{...on Cat{name} ...on Dog{name} ...on Fish{n:name}}}`, Requests: 1},
			{Query: `{all{...on Cat{home{size}} ...on Dog{home{size}}}}`, Requests: 1},
			{Query: `{cat{name} all{...on Dog{name home{size}} ...on Cat{name home{size}}}}`, Requests: 2, Waves: 1},
		},
	},
	{
		Name: "interface objects: fields from outside, requirements, entity interfaces",
		Subgraphs: map[string]string{
			"a": `type Query{media:[Media!]! one:Media} interface Media@key(fields:"id"){id:ID! title:String}
				type Book implements Media@key(fields:"id"){id:ID! title:String pages:String}
				type Film implements Media@key(fields:"id"){id:ID! title:String length:String}`,
			"b": `type Query{rated:[Media!]!} type Media@key(fields:"id")@interfaceObject{id:ID! rating:String
				title:String@external slug:String@requires(fields:"title")}`,
			"c": `type Media@key(fields:"id")@interfaceObject{id:ID! slug:String@external link:String@requires(fields:"slug")
				tags:[String]}`,
			"d": `type Book@key(fields:"id"){id:ID! isbn:String}`,
		},
		World: `[{"@":"Query","media":["@b","@f"],"one":"@f","rated":["@f","@b"]},
			{"@":"b","__typename":"Book","id":"1","title":"B","pages":"9","rating":"5","tags":["x"],"isbn":"i"},
			{"@":"f","__typename":"Film","id":"2","title":"F","length":"8","rating":"4","tags":[]}]`,
		Asks: []Ask{
			{Query: `{media{id rating}}`, Requests: 2, Waves: 2},
			{Query: `{rated{id rating}}`, Requests: 1},
			{Query: `{rated{title}}`, Requests: 2, Waves: 2},
			{Query: `{rated{__typename rating}}`, Requests: 2, Waves: 2},
			{Query: `{rated{...on Book{pages} tags}}`, Requests: 3, Waves: 2},
			{Query: `{media{slug}}`, Requests: 2, Waves: 2},
			{Query: `{rated{slug}}`, Requests: 3, Waves: 3},
			{Query: `{media{link title ...on Film{length rating}}}`, Requests: 3, Waves: 3},
			{Query: `{rated{...on Book{isbn rating} ...on Film{length}}}`, Requests: 3, Waves: 3},
			{Query: `{one{__typename link}}`, Requests: 3, Waves: 3},
			{Query: `{rated{link}}`, Requests: 4, Waves: 4},
		},
	},
	{
		Name: "mutations in series, follow-ups included",
		Subgraphs: map[string]string{
			"a": `type Query{q:String} type Mutation{add(n:String):Item first:Item}
				type Item@key(fields:"id"){id:ID! name:String}`,
			"b": `type Mutation{note:Item} type Item@key(fields:"id"){id:ID! stock:String}`,
		},
		World: `[{"@":"Query","q":"q"},{"@":"Mutation","add":"@i","first":"@i","note":"@i"},
			{"@":"i","__typename":"Item","id":"1","name":"n","stock":"s"}]`,
		Asks: []Ask{
			{Query: `mutation{add(n:"x"){name}}`, Requests: 1},
			{Query: `mutation{add(n:"x"){stock} first{name}}`, Requests: 3, Waves: 3},
			{Query: `mutation{a:first{name} note{stock name} b:first{id}}`, Requests: 4, Waves: 4},
		},
	},
	{
		Name: "conditions around fetches",
		Subgraphs: map[string]string{
			"a": `type Query{user:User} type User@key(fields:"id"){id:ID! name:String}`,
			"b": `type User@key(fields:"id"){id:ID! age:String friends:[User]}`,
		},
		World: `[{"@":"Query","user":"@u"},{"@":"u","__typename":"User","id":"1","name":"A","age":"3","friends":["@u"]}]`,
		Asks: []Ask{
			{Query: `query($x:Boolean!){user{name age@include(if:$x)}}`, Variables: `{"x":false}`, Requests: 1},
			{Query: `query($x:Boolean!){user{name age@include(if:$x)}}`, Variables: `{"x":true}`, Requests: 2},
			{Query: `query($x:Boolean!){user{friends@skip(if:$x){name} ...on User@include(if:$x){name}}}`,
				Variables: `{"x":false}`, Requests: 3},
			{Query: `query($x:Boolean!){user{friends@skip(if:$x){name} ...on User@include(if:$x){name}}}`,
				Variables: `{"x":true}`, Requests: 1},
			{Query: `query($x:Boolean!){user@skip(if:$x){name}}`, Variables: `{"x":true}`},
		},
	},
	{
		Name: "aliases that collide with keys and requirements",
		Subgraphs: map[string]string{
			"a": `type Query{user:User} type User@key(fields:"id"){id:ID! name:String nick(up:Boolean):String}`,
			"b": `type User@key(fields:"id"){id:ID! name:String@external age:String label:String@requires(fields:"name")}`,
		},
		World: `[{"@":"Query","user":"@u"},{"@":"u","__typename":"User","id":"1","name":"A","age":"3","nick":"N"}]`,
		Asks: []Ask{
			{Query: `{user{id:name age}}`, Requests: 2},
			{Query: `{user{id:nick name:id label age:name}}`, Requests: 2},
			{Query: `{user{__typename:name}}`},
			{Query: `{user{a:nick(up:true) b:nick nick:nick(up:false) name:nick label}}`, Requests: 2},
		},
	},
	{
		Name: "the same entity at several places travels in one request",
		Subgraphs: map[string]string{
			"a": `type Query{top:[P] best:P shop:Shop} type Shop{main:P list:[P]} type P@key(fields:"id"){id:ID!}`,
			"b": `type P@key(fields:"id"){id:ID! name:String price:String near:[P]}`,
			"c": `type P@key(fields:"id"){id:ID! color:String}`,
		},
		World: `[{"@":"Query","top":["@p","@q"],"best":"@p","shop":{"__typename":"Shop","main":"@q","list":["@p",null,"@q"]}},
			{"@":"p","__typename":"P","id":"1","name":"x","price":"9","near":["@q"],"color":"red"},
				{"@":"q","__typename":"P","id":"2","name":"y","price":"8","near":[],"color":null}]`,
		Asks: []Ask{
			{Query: `{top{name} best{name price} shop{main{name} list{id price}}}`, Requests: 2, Waves: 2, Calls: 4},
			{Query: `{top{near{near{name}}} best{near{name}}}`, Requests: 2, Waves: 2, Calls: 3},
			{Query: `{top{name price} best{name price} shop{main{name price}}}`, Requests: 2, Waves: 2, Calls: 2},
			{Query: `{top{near{id}} best{near{id color}}}`, Requests: 3, Waves: 3, Calls: 4},
			{Query: `{top{near{id color}} best{near{id color}}}`, Requests: 3, Waves: 3, Calls: 3},
		},
	},
	{
		Name: "inaccessible fields serve as keys",
		Subgraphs: map[string]string{
			"a": `type Query{u:U} type U@key(fields:"secret"){secret:ID!@inaccessible a:String}`,
			"b": `type U@key(fields:"secret"){secret:ID! b:String}`,
		},
		World: `[{"@":"Query","u":"@u"},{"@":"u","__typename":"U","secret":"s","a":"A","b":"B"}]`,
		Asks:  []Ask{{Query: `{u{a b}}`, Requests: 2, Waves: 2}},
	},
	{
		Name: "the query type below the root",
		Subgraphs: map[string]string{
			"a": `type Query{a:String self:Query@shareable} type Mutation{do:Done} type Done{query:Query n:String}`,
			"b": `type Query{b:String}`,
		},
		World: `[{"@":"Query","a":"A","b":"B","self":"@Query"},
			{"@":"Mutation","do":{"__typename":"Done","n":"1","query":"@Query"}}]`,
		Asks: []Ask{
			{Query: `{self{a}}`, Requests: 1},
			{Query: `{self{b a}}`, Requests: 2, Waves: 2},
			{Query: `mutation{do{n query{b a}}}`, Requests: 2, Waves: 2},
		},
	},
	{
		Name: "contexts: arguments filled by objects further up",
		Subgraphs: map[string]string{
			"a": `type Query{user:User teams:[Team]}
				type User@key(fields:"id")@context(name:"who"){id:ID! locale:String! task:Task}
				type Team@key(fields:"id")@context(name:"who"){id:ID! lang:String! tasks:[Task] lead:User}
				type Task@key(fields:"id"){id:ID!
					title(lang:String@fromContext(field:"$who ... on User { locale } ... on Team { lang }")):String
					next:Task}`,
			"b": `type Task@key(fields:"id"){id:ID! due:String}`,
		},
		World: `[{"@":"Query","user":"@u","teams":["@t","@s"]},
			{"@":"u","__typename":"User","id":"1","locale":"de","task":"@k"},
			{"@":"t","__typename":"Team","id":"1","lang":"en","tasks":["@k","@l"],"lead":"@u"},
				{"@":"s","__typename":"Team","id":"2","lang":"fr","tasks":["@l"],"lead":null},
			{"@":"k","__typename":"Task","id":"1","title":"K","next":"@l","due":"soon"},
				{"@":"l","__typename":"Task","id":"2","title":"L","next":null,"due":"late"}]`,
		Asks: []Ask{
			{Query: `{user{task{title}}}`, Requests: 2, Waves: 2},
			{Query: `{teams{tasks{title due}}}`, Requests: 3, Waves: 2},
			{Query: `{teams{lang tasks{t:title next{title}} lead{task{title}}}}`, Waves: 2},
		},
	},
	{
		Name: "contexts: set by a union and by an interface, read of some types only",
		Subgraphs: map[string]string{
			"a": `type Query{ws:[W] is:[I]} union W@context(name:"w")=T|S interface I@context(name:"i"){own:U}
				type T implements I@key(fields:"id"){id:ID! one:String! own:U}
				type S implements I@key(fields:"id"){id:ID! one:String! two:String! own:U}
				type U@key(fields:"id"){id:ID! f(x:String@fromContext(field:"$w ... on T { one } ... on S { two }")):String
					g(x:String@fromContext(field:"$w ... on T { one }")):String
					h(x:String@fromContext(field:"$i ... on T { one } ... on S { two }")):String}`,
			"b": `type U@key(fields:"id"){id:ID! e:String}`,
		},
		World: `[{"@":"Query","ws":["@t","@s"],"is":["@s","@t"]},{"@":"t","__typename":"T","id":"1","one":"t1","own":"@u"},
			{"@":"s","__typename":"S","id":"1","one":"s1","two":"s2","own":"@u"},
				{"@":"u","__typename":"U","id":"1","f":"F","g":"G","h":"H","e":"E"}]`,
		Asks: []Ask{
			{Query: `{ws{...on T{own{f}} ...on S{own{f}}}}`, Waves: 2},
			{Query: `{ws{...on T{own{g e}} ...on S{own{g e}}}}`, Waves: 2},
			{Query: `{is{own{h}}}`, Waves: 2},
		},
	},
	{
		Name: "requires: back by a key that is not resolvable",
		Subgraphs: map[string]string{
			"a": `type Query{t:T ts:[T]} type T@key(fields:"id",resolvable:false){id:ID! w:String@external v:String@external
				f:String@requires(fields:"w") g:String@requires(fields:"v")}`,
			"b": `type T@key(fields:"id"){id:ID! w:String}`,
			"c": `type T@key(fields:"id"){id:ID! v:String@requires(fields:"w") w:String@external}`,
		},
		World: `[{"@":"Query","t":"@t","ts":["@t","@s"]},{"@":"t","__typename":"T","id":"1","w":"w","v":"v","f":"f","g":"g"},
			{"@":"s","__typename":"T","id":"2","w":"w2","v":"v2","f":"f2","g":"g2"}]`,
		Asks: []Ask{
			{Query: `{t{f}}`, Requests: 3, Waves: 3},
			{Query: `{ts{id w f g}}`, Waves: 4},
			{Query: `{t{v}}`, Requests: 3, Waves: 3},
		},
	},
	{
		Name: "root types below the root",
		Subgraphs: map[string]string{
			"a": `type Query implements N{id:ID! @shareable m:Mutation n:N a:String} interface N{id:ID!}
				type Mutation{f:String do:D} type D{again:Mutation query:Query}`,
			"b": `type Query{b:String id:ID! @shareable} type Mutation{g:String}`,
		},
		World: `[{"@":"Query","__typename":"Query","id":"q","m":"@Mutation","n":"@Query","a":"a","b":"b"},
			{"@":"Mutation","__typename":"Mutation","f":"f","g":"g","do":"@d"},
			{"@":"d","__typename":"D","again":"@Mutation","query":"@Query"}]`,
		Asks: []Ask{
			{Query: `{m{f g}}`, Requests: 2, Waves: 2},
			{Query: `mutation{do{again{f g} query{a b}}}`, Requests: 3, Waves: 2},
			{Query: `{n{id ...on Query{a b}}}`, Requests: 2, Waves: 2},
		},
	},
	{
		Name: "a subscription's event and what follows",
		Subgraphs: map[string]string{
			"a": `type Query{q:String} type Subscription{added:Item} type Item@key(fields:"id"){id:ID! name:String}`,
			"b": `type Item@key(fields:"id"){id:ID! stock:String}`,
		},
		World: `[{"@":"Query","q":"q"},{"@":"Subscription","added":"@i"},
			{"@":"i","__typename":"Item","id":"1","name":"n","stock":"s"}]`,
		Asks: []Ask{{Query: `subscription{added{name}}`, Requests: 1}, {Query: `subscription{added{stock name}}`,
			Requests: 2, Waves: 2}},
	},
	{
		Name: "cheaper by looking ahead",
		Subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID!}`,
			"b": `type E@key(fields:"id")@shareable{id:ID! x:String y:String}`,
			"c": `type E@key(fields:"id")@shareable{id:ID! y:String z:String}`,
			"d": `type E@key(fields:"id")@shareable{id:ID! x:String z:String w:String}`,
		},
		World: `[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","x":"x","y":"y","z":"z","w":"w"}]`,
		Asks: []Ask{
			{Query: `{e{x y}}`, Requests: 2},
			{Query: `{e{y z}}`, Requests: 2},
			{Query: `{e{x y z}}`, Requests: 3},
			{Query: `{e{x z w}}`, Requests: 2},
			{Query: `{e{x y z w}}`, Requests: 3},
		},
	},
	{
		Name: "values: an empty string does not begin a block string",
		Subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID! f(in:[String]):String}`,
		},
		World: `[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","f":"x"}]`,
		Asks:  []Ask{{Query: `{e{f(in:["" "x"])}}`, Requests: 1}},
	},
	{
		Name: "abstract types: a value that other subgraphs complete hangs below several types",
		Subgraphs: map[string]string{
			"a": `type Query{list:[N]} interface N{v:V} type A implements N@key(fields:"id"){id:ID! v:V@shareable}
				type B implements N@key(fields:"code"){code:ID! v:V@shareable} type V@shareable{x:String}`,
			"b": `type A@key(fields:"id"){id:ID! v:V@shareable} type B@key(fields:"code"){code:ID! v:V@shareable}
				type V@shareable{x:String y:String}`,
		},
		World: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","id":"1","v":"@v"},
			{"@":"b","__typename":"B","code":"2","v":"@w"},
			{"@":"v","__typename":"V","x":"x1","y":"y1"},{"@":"w","__typename":"V","x":"x2","y":"y2"}]`,
		Asks: []Ask{{Query: `{list{v{x y}}}`, Requests: 2, Waves: 2}},
	},
	{
		Name: "requires: a value that the client selects of several types is required of one",
		Subgraphs: map[string]string{
			"a": `type Query{list:[N]} interface N{m:M} type A implements N@key(fields:"id"){id:ID! m:M@shareable}
				type B implements N@key(fields:"id"){id:ID! m:M@shareable} type M@key(fields:"id"){id:ID! x:String}`,
			"b": `type B@key(fields:"id"){id:ID! m:M@external sum:String@requires(fields:"m{w}")}
				type M@key(fields:"id"){id:ID! w:String@external}`,
			"c": `type M@key(fields:"id"){id:ID! z:String w:String}`,
		},
		World: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","id":"1","m":"@m"},
			{"@":"b","__typename":"B","id":"2","m":"@m","sum":"s"},
			{"@":"m","__typename":"M","id":"3","x":"x","z":"z","w":"w"}]`,
		Asks: []Ask{{Query: `{list{...on B{sum} m{z}}}`, Requests: 3}, {Query: `{list{m{z} ...on B{sum}}}`,
			Requests: 3}, {Query: `{list{...on B{sum m{z}} m{z w}}}`, Requests: 3}},
	},
	{
		Name: "abstract types: a narrowed field is not asked about other types",
		Subgraphs: map[string]string{
			"a": `type Query{list:[N]@provides(fields:"...on B{n{...on B{name}}}")} interface N{n:N} type A implements N{n:B}
				type B implements N@key(fields:"id"){id:ID! n:N name:String@external} type C implements N{n:A name:String}`,
			"b": `type B@key(fields:"id"){id:ID! name:String@shareable}`,
		},
		World: `[{"@":"Query","list":["@a","@c"]},{"@":"a","__typename":"A","n":"@b"},
			{"@":"b","__typename":"B","id":"1","n":"@b","name":"x"},{"@":"c","__typename":"C","n":"@a","name":"cn"}]`,
		Asks: []Ask{{Query: `{list{n{...on C{name}}}}`, Requests: 1}},
	},
	{
		Name: "abstract types: __typename of one of several types that are resolved alike",
		Subgraphs: map[string]string{
			"a": `type Query{v:V@shareable} type V@shareable{n:N} interface N{x:String y:String}
				type A implements N@shareable{x:String y:String} type B implements N@shareable{x:String y:String}`,
			"b": `type Query{v:V@shareable} type V@shareable{n:N} interface N{x:String} type A implements N@shareable{x:String}
				type B implements N@shareable{x:String}`,
		},
		World: `[{"@":"Query","v":"@v"},{"@":"v","__typename":"V","n":"@b"},{"@":"b","__typename":"B","x":"x","y":"y"}]`,
		Asks:  []Ask{{Query: `{v{n{y ...on B{__typename}}}}`, Requests: 1}},
	},
	{
		Name: "aliases: one type's field goes by the name of another's",
		Subgraphs: map[string]string{
			"a": `type Query{list:[N]} interface N{title:String} type A implements N{text:String title:String}
				type B implements N{text:String title:String}`,
		},
		World: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","text":"at","title":"ai"},
			{"@":"b","__typename":"B","text":"bt","title":"bi"}]`,
		Asks: []Ask{{Query: `{list{...on B{title:text} ...on A{title text}}}`, Requests: 1}},
	},
	{
		Name: "interface objects: another interface object leads to the key that tells the type",
		Subgraphs: map[string]string{
			"a": `type Query{f:Face} type Face@key(fields:"number")@interfaceObject{number:ID!}`,
			"b": `type Face@key(fields:"number")@interfaceObject{number:ID! id:ID!@shareable}`,
			"c": `interface Face@key(fields:"id"){id:ID!} type X implements Face@key(fields:"id"){id:ID!@shareable x:String}
				type Y implements Face@key(fields:"id"){id:ID!@shareable}`,
		},
		World: `[{"@":"Query","f":"@x"},{"@":"x","__typename":"X","id":"1","number":"7","x":"x"}]`,
		Asks:  []Ask{{Query: `{f{__typename ...on X{x}}}`, Requests: 3, Waves: 3}},
	},
	{
		Name: "interface objects: a field that must not be null is not asked of objects of other types",
		Subgraphs: map[string]string{
			"a": `type Query{f:Face} type Face@key(fields:"id")@interfaceObject{id:ID! more:String! some:String}`,
			"b": `interface Face@key(fields:"id"){id:ID!} type X implements Face@key(fields:"id"){id:ID!}
				type Y implements Face@key(fields:"id"){id:ID!}`,
		},
		World: `[{"@":"Query","f":"@x"},{"@":"x","__typename":"X","id":"1","more":"m","some":"s"}]`,
		Asks: []Ask{
			{Query: `{f{...on Y{more}}}`, Requests: 3, Waves: 3},
			{Query: `{f{...on Y{some}}}`, Requests: 2, Waves: 2},
			{Query: `{f{more}}`, Requests: 1},
		},
	},
	{
		Name: "abstract types: neither subgraph has a field for all types",
		Subgraphs: map[string]string{
			"a": `type Query{list:[N]@shareable} interface N{label:String} type V implements N@shareable{label:String}
				type E implements N@key(fields:"id"){id:ID! label:String@shareable size:String}`,
			"b": `type Query{list:[N]@shareable} interface N{size:String}
				type V implements N@shareable{label:String size:String} type E implements N{size:String@external}`,
		},
		World: `[{"@":"Query","list":["@v","@e"]},{"@":"v","__typename":"V","label":"vl","size":"vs"},
			{"@":"e","__typename":"E","id":"1","label":"el","size":"es"}]`,
		Asks: []Ask{{Query: `{list{size}}`, Requests: 2, Waves: 1}},
	},
	{
		Name: "provides: on one of two types that are resolved alike otherwise",
		Subgraphs: map[string]string{
			"a": `type Query{list:[N]@provides(fields:"...on A{next{label}}")} interface N{label:String}
				type A implements N@key(fields:"id"){id:ID! label:String next:N@external} type B implements N@key(fields:"id"){id:ID! label:String}`,
			"b": `interface N{next:N} type A implements N@key(fields:"id"){id:ID! next:N@shareable}
				type B implements N@key(fields:"id"){id:ID! next:N@shareable}`,
		},
		World: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","id":"1","label":"al","next":"@b"},
			{"@":"b","__typename":"B","id":"2","label":"bl","next":"@a"}]`,
		Asks: []Ask{
			{Query: `{list{next{__typename}}}`, Requests: 2, Waves: 2},
			{Query: `{list{...on A{next{__typename}}}}`, Requests: 1, Waves: 1},
		},
	},
	{
		Name: "provides: a field of the same subgraph still needs what it requires, whoever else marks it external",
		Subgraphs: map[string]string{
			"a": `type Account@key(fields:"sku"){sku:ID! link:Film@shareable} type Film@key(fields:"id"){id:ID! source:String}`,
			"b": `type Film@key(fields:"id"){id:ID! advice:String@external summary:String@requires(fields:"advice")}`,
			"c": `type Query{account:Account@provides(fields:"link{advice}")}
				type Account@key(fields:"sku"){sku:ID! link:Film@external}
				type Film@key(fields:"id"){id:ID! source:String@external advice:String@requires(fields:"source")}`,
		},
		World: `[{"@":"Query","account":"@a"},{"@":"a","__typename":"Account","sku":"1","link":"@f"},
			{"@":"f","__typename":"Film","id":"2","source":"s","advice":"a","summary":"m"}]`,
		Asks: []Ask{
			{Query: `{account{link{advice}}}`, Requests: 3, Waves: 3},
			{Query: `{account{link{summary}}}`, Requests: 4, Waves: 4},
			{Query: `{account{link{id}}}`, Requests: 1},
		},
	},
	{
		Name: "interface objects: each type by the key of another source",
		Subgraphs: map[string]string{
			"a": `type Query{node:Node@shareable list:[Node]@shareable} interface Node{id:ID!}
				type Garage implements Node@key(fields:"id"){id:ID! stamp:String}
				type Device implements Node@key(fields:"id"){id:ID!}`,
			"b": `type Node@key(fields:"id")@interfaceObject{id:ID! heat:String}`,
			"c": `type Query{node:Node@shareable list:[Node]@shareable} interface Node@key(fields:"id"){id:ID! code:String}
				type Garage implements Node@key(fields:"id"){id:ID! code:String}
				type Device implements Node@key(fields:"id"){id:ID! code:String}`,
		},
		World: `[{"@":"Query","node":"@g","list":["@g","@d"]},
			{"@":"g","__typename":"Garage","id":"1","stamp":"st","code":"co","heat":"h"},
			{"@":"d","__typename":"Device","id":"2","code":"do","heat":"i"}]`,
		Asks: []Ask{
			{Query: `{node{...on Garage{stamp} code heat}}`, Requests: 3, Waves: 2},
			{Query: `{node{heat ...on Garage{stamp} code}}`, Requests: 3, Waves: 2},
			{Query: `{list{...on Garage{stamp} code heat}}`, Requests: 3, Waves: 2},
		},
	},
	{
		Name: "mutations that several subgraphs share are run by one of them",
		Subgraphs: map[string]string{
			"a": `type Query{q:String} type Mutation@shareable{save(v:String):P list:[P] box:Box v:V both:String}
				type P@key(fields:"id"){id:ID! v:String@shareable onlya:String} type Box@shareable{p:P} type V@shareable{x:String}`,
			"b": `type Query{r:String} type Mutation@shareable{save(v:String):P list:[P] box:Box v:V both:String}
				type P@key(fields:"id"){id:ID! v:String@shareable onlyb:String} type Box@shareable{p:P}
					type V@shareable{x:String y:String}`,
			"c": `type Mutation@shareable{save(v:String):P} type P@key(fields:"id"){id:ID! more:String}`,
		},
		World: `[{"@":"Query","q":"q","r":"r"},
			{"@":"Mutation","save":"@p","list":["@p","@o"],"box":{"__typename":"Box","p":"@p"},
			"v":{"__typename":"V","x":"x","y":"y"},"both":"5"},
			{"@":"p","__typename":"P","id":"1","v":"7","onlya":"a","onlyb":"b","more":"m"},
				{"@":"o","__typename":"P","id":"2","v":"8","onlya":"c","onlyb":"d","more":"n"}]`,
		Asks: []Ask{
			{Query: `mutation{save(v:"3"){id v onlya onlyb}}`, Requests: 2, Waves: 2},
			{Query: `mutation{save(v:"3"){v onlyb}}`, Requests: 1},
			{Query: `mutation{save(v:"3"){onlya onlyb more}}`, Requests: 3, Waves: 2},
			{Query: `mutation{save(v:"3"){id}save(v:"3"){v}...M}fragment M on Mutation{save(v:"3"){onlya}}`, Requests: 1},
			{Query: `mutation{x:both y:both z:save(v:"1"){onlyb}}`, Requests: 3, Waves: 3},
			{Query: `mutation{list{onlyb onlya} box{p{onlya onlyb}}}`, Requests: 4, Waves: 4},
			{Query: `mutation{v{y x} box{p{v}}}`, Requests: 2, Waves: 2},
		},
	},
	{
		Name: "values: variables of types that only other subgraphs know, in literals of custom scalars",
		Subgraphs: map[string]string{
			"a": `enum K{X Y} input In{n:Int k:K more:JSON} scalar JSON type Query{u(in:In k:[K!] f:Float):U}
				type U@key(fields:"id"){id:ID!}`,
			"b": `scalar JSON input Box{name:String in:JSON list:[JSON!]}
				type U@key(fields:"id"){id:ID! find(j:JSON list:[[JSON]] box:Box b:Boolean):String}`,
		},
		World: `[{"@":"Query","u":"@u"},{"@":"u","__typename":"U","id":"1","find":"x"}]`,
		Asks: []Ask{
			{Query: `query($v:String="bar"$i:Int$k:[K!]$l:Boolean){u{find(j:{sub:$v list:[$i,2,{k:$k}] gone:$l e:ENUM})}}`,
				Variables: `{"i":5,"k":["X"]}`, Requests: 2},
			{Query: `query($v:String$b:Boolean){u{find(j:{a:$v}b:$b)}}`, Variables: `{"v":"s","b":true}`, Requests: 2},
			{Query: `query($i:Int$n:String$weft_literal1:Float){u(in:{n:$i more:[{i:$i}]}f:$weft_literal1){find(box:{name:$n
				in:{i:$i f:[$weft_literal1]}list:[{i:$i}]}list:[[{i:$i}]])}}`, Variables: `{"i":5,"n":"x"}`, Requests: 2},
			{Query: `query($k:K!$in:In){u(k:[$k]){a:find(j:[{k:$k}])b:find(j:[{k:$k}])c:find(j:[{in:$in}])}}`,
				Variables: `{"k":"Y","in":{"n":1,"k":"X"}}`, Requests: 2},
		},
	},
}
