package plan_test

var conformances = []conformance{
	{
		name: "keys: one, several, composite, nested",
		subgraphs: map[string]string{
			"a": `type Query{user:User users:[User!]!} type User@key(fields:"id"){id:ID! name:String}`,
			"b": `type User@key(fields:"id")@key(fields:"email"){id:ID! email:String! age:String}`,
			"c": `type User@key(fields:"email"){email:String! score:String org:Org} type Org@key(fields:"slug region{code}"){slug:ID! region:Region!} type Region{code:ID!}`,
			"d": `type Org@key(fields:"slug region{code}"){slug:ID! region:Region!@external title:String} type Region@shareable{code:ID!@external}`,
		},
		world: `[{"@":"Query","user":"@u1","users":["@u1","@u2"]},
			{"@":"u1","__typename":"User","id":"1","name":"Ann","email":"a@x","age":"30","score":"7","org":"@o1"},
			{"@":"u2","__typename":"User","id":"2","name":"Bob","email":"b@x","age":"31","score":null,"org":null},
			{"@":"o1","__typename":"Org","slug":"weft","region":{"__typename":"Region","code":"eu"},"title":"Weft"}]`,
		asks: []ask{
			{query: `{user{name}}`, requests: 1, waves: 1},
			{query: `{user{name age}}`, requests: 2, waves: 2},
			{query: `{users{score}}`, requests: 3, waves: 3},
			{query: `{users{name age score email org{title slug}}}`, requests: 4, waves: 4},
			{query: `{a:user{x:name id:email} b:users{org{region{code} title}}}`, requests: 4, waves: 4},
		},
	},
	{
		name: "keys: resolvable false is only a reference",
		subgraphs: map[string]string{
			"a": `type Query{product:Product} type Product@key(fields:"id"){id:ID! name:String}`,
			"b": `type Query{review:Review} type Review@key(fields:"id"){id:ID! product:Product} type Product@key(fields:"id",resolvable:false){id:ID!}`,
		},
		world: `[{"@":"Query","product":"@p","review":"@r"},{"@":"p","__typename":"Product","id":"1","name":"Loom"},{"@":"r","__typename":"Review","id":"9","product":"@p"}]`,
		asks:  []ask{{query: `{review{product{id}}}`, requests: 1}, {query: `{review{product{name}}}`, requests: 2, waves: 2}},
	},
	{
		name: "keys: null is not sent",
		subgraphs: map[string]string{
			"a": `type Query{list:[E]} type E@key(fields:"code"){code:ID x:String}`,
			"b": `type E@key(fields:"code"){code:ID y:String}`,
		},
		world: `[{"@":"Query","list":["@e","@f"]},{"@":"e","__typename":"E","code":"1","x":"x","y":"y"},{"@":"f","__typename":"E","code":null,"x":"z","y":null}]`,
		asks:  []ask{{query: `{list{x y}}`, requests: 2, waves: 2}},
	},
	{
		name: "keys: resolvable false is no way in",
		subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID!}`,
			"b": `type Query{other:E} type E@key(fields:"id",resolvable:false){id:ID! x:String@shareable}`,
			"c": `type E@key(fields:"id"){id:ID! x:String@shareable}`,
		},
		world: `[{"@":"Query","e":"@e","other":"@e"},{"@":"e","__typename":"E","id":"1","x":"x"}]`,
		asks:  []ask{{query: `{e{x}}`, requests: 2, waves: 2}, {query: `{other{x}}`, requests: 1}},
	},
	{
		name: "requires: plain, nested, chained, with arguments that contradict",
		subgraphs: map[string]string{
			"a": `type Query{product:Product list:[Product]} type Product@key(fields:"id"){id:ID! weight(unit:String):String size:Size price(currency:String!):String}
				type Size{w:String h:String}`,
			"b": `type Product@key(fields:"id"){id:ID! weight(unit:String):String@external size:Size@external price(currency:String!):String@external
				shipping:String@requires(fields:"weight") box:String@requires(fields:"size{w h}") usd:String@requires(fields:"price(currency:\"USD\")") eur:String@requires(fields:"price(currency:\"EUR\")")}
				type Size@shareable{w:String@external h:String@external}`,
			"c": `type Product@key(fields:"id"){id:ID! shipping:String@external total:String@requires(fields:"shipping")}`,
		},
		world: `[{"@":"Query","product":"@p","list":["@p","@q",null]},
			{"@":"p","__typename":"Product","id":"1","weight":"5","size":{"__typename":"Size","w":"1","h":"2"},"price":"9"},
			{"@":"q","__typename":"Product","id":"2","weight":null,"size":null,"price":"8"}]`,
		asks: []ask{
			{query: `{product{shipping}}`, requests: 2, waves: 2},
			{query: `{list{shipping box}}`, requests: 2, waves: 2},
			{query: `{list{total}}`, requests: 3, waves: 3},
			{query: `{list{usd eur}}`, requests: 2, waves: 2},
			{query: `{list{usd eur price(currency:"GBP") weight(unit:"kg") shipping}}`, requests: 2, waves: 2},
			{query: `query($c:String!){list{price(currency:$c) usd weight:id id:weight total}}`, variables: `{"c":"CHF"}`, requests: 3, waves: 3},
		},
	},
	{
		name: "requires: the subgraph that computes also has the object",
		subgraphs: map[string]string{
			"a": `type Query{item:Item} type Item@key(fields:"id"){id:ID! base:String@external sum:String@requires(fields:"base")}`,
			"b": `type Item@key(fields:"id"){id:ID! base:String}`,
		},
		world: `[{"@":"Query","item":"@i"},{"@":"i","__typename":"Item","id":"1","base":"x"}]`,
		asks:  []ask{{query: `{item{sum}}`, requests: 3, waves: 3}, {query: `{item{id sum base}}`, requests: 3, waves: 3}},
	},
	{
		name: "provides: nested, and on unions and interfaces",
		subgraphs: map[string]string{
			"a": `type Query{review:Review@provides(fields:"author{name profile{bio}}") media:Media@provides(fields:"...on Book{title}") animal:Animal@provides(fields:"...on Cat{name}")}
				type Review@key(fields:"id"){id:ID! author:User@external}
				type User@key(fields:"id"){id:ID! name:String@external profile:Profile@external} type Profile{bio:String@external}
				union Media=Book|Movie type Book@key(fields:"id"){id:ID! title:String@external} type Movie@key(fields:"id"){id:ID!}
				interface Animal{id:ID!} type Cat implements Animal@key(fields:"id"){id:ID! name:String@external} type Dog implements Animal@key(fields:"id"){id:ID!}`,
			"b": `type Review@key(fields:"id"){id:ID! author:User@shareable} type User@key(fields:"id"){id:ID! name:String@shareable profile:Profile@shareable age:String} type Profile@shareable{bio:String}
				type Book@key(fields:"id"){id:ID! title:String@shareable} type Movie@key(fields:"id"){id:ID! title:String}
				type Cat@key(fields:"id"){id:ID! name:String@shareable} type Dog@key(fields:"id"){id:ID! name:String}`,
		},
		world: `[{"@":"Query","review":"@r","media":"@b","animal":"@d"},{"@":"r","__typename":"Review","id":"1","author":"@u"},
			{"@":"u","__typename":"User","id":"2","name":"Ann","profile":{"__typename":"Profile","bio":"hi"},"age":"5"},
			{"@":"b","__typename":"Book","id":"3","title":"B"},{"@":"d","__typename":"Dog","id":"4","name":"Rex"}]`,
		asks: []ask{
			{query: `{review{author{name profile{bio}}}}`, requests: 1},
			{query: `{review{author{name age}}}`, requests: 2, waves: 2},
			{query: `{media{...on Book{title}}}`, requests: 1},
			{query: `{media{...on Book{title} ...on Movie{title}}}`, requests: 2, waves: 2},
			{query: `{animal{...on Cat{name}}}`, requests: 1},
			{query: `{animal{...on Cat{name} ...on Dog{name} id}}`, requests: 2, waves: 2},
		},
	},
	{
		name: "shareable: one subgraph for all, values spread over subgraphs",
		subgraphs: map[string]string{
			"a": `type Query{spot:Spot@shareable other:String} type Spot@shareable{x:String y:String a:String box:Box} type Box@shareable{l:String}`,
			"b": `type Query{spot:Spot@shareable} type Spot@shareable{x:String b:String box:Box} type Box@shareable{l:String r:String}`,
			"c": `type Query{spot:Spot@shareable} type Spot@shareable{x:String y:String b:String}`,
		},
		world: `[{"@":"Query","other":"o","spot":{"__typename":"Spot","x":"1","y":"2","a":"A","b":"B","box":{"__typename":"Box","l":"L","r":"R"}}}]`,
		asks: []ask{
			{query: `{spot{x}}`, requests: 1},
			{query: `{spot{x y b}}`, requests: 1},
			{query: `{spot{a b}}`, requests: 2, waves: 1},
			{query: `{spot{y box{l r}}}`, requests: 2, waves: 1},
			{query: `{other spot{y x}}`, requests: 1},
			{query: `{p:spot{b} q:spot{box{r}}}`, requests: 1},
		},
	},
	{
		name: "override: the new subgraph resolves",
		subgraphs: map[string]string{
			"a": `type Query{bill:Bill} type Bill@key(fields:"id"){id:ID! amount:String payer:String}`,
			"b": `type Bill@key(fields:"id"){id:ID! amount:String@override(from:"a")}`,
		},
		world: `[{"@":"Query","bill":"@b"},{"@":"b","__typename":"Bill","id":"1","amount":"5","payer":"p"}]`,
		asks:  []ask{{query: `{bill{amount}}`, requests: 2, waves: 2}, {query: `{bill{payer}}`, requests: 1}},
	},
	{
		name: "override: label off",
		subgraphs: map[string]string{
			"a": `type Query{bill:Bill} type Bill@key(fields:"id"){id:ID! amount:String}`,
			"b": `type Bill@key(fields:"id"){id:ID! amount:String@override(from:"a",label:"percent(10)")}`,
		},
		world: `[{"@":"Query","bill":"@b"},{"@":"b","__typename":"Bill","id":"1","amount":"5"}]`,
		asks:  []ask{{query: `{bill{amount}}`, requests: 1}},
	},
	{
		name: "override: label on", labels: []string{"percent(10)"},
		subgraphs: map[string]string{
			"a": `type Query{bill:Bill} type Bill@key(fields:"id"){id:ID! amount:String}`,
			"b": `type Bill@key(fields:"id"){id:ID! amount:String@override(from:"a",label:"percent(10)")}`,
		},
		world: `[{"@":"Query","bill":"@b"},{"@":"b","__typename":"Bill","id":"1","amount":"5"}]`,
		asks:  []ask{{query: `{bill{amount}}`, requests: 2, waves: 2}},
	},
	{
		name: "interfaces: implementations spread over subgraphs, fragments, __typename",
		subgraphs: map[string]string{
			"a": `type Query{nodes:[Node!]!} interface Node{id:ID!} type A implements Node@key(fields:"id"){id:ID! a:String} type B implements Node@key(fields:"id"){id:ID! same:String} type C implements Node@key(fields:"id"){id:ID! same:String}`,
			"b": `interface Named{name:String} type A implements Named@key(fields:"id"){id:ID! name:String} type B implements Named@key(fields:"id"){id:ID! name:String}`,
			"c": `type C@key(fields:"id"){id:ID! name:String owner:A} type A@key(fields:"id"){id:ID!} type B@key(fields:"id"){id:ID! owner:A}`,
		},
		world: `[{"@":"Query","nodes":["@a","@b","@c"]},{"@":"a","__typename":"A","id":"1","a":"x","name":"An"},{"@":"b","__typename":"B","id":"1","same":"s","name":"Bn","owner":"@a"},{"@":"c","__typename":"C","id":"1","same":"t","name":"Cn","owner":"@a"}]`,
		asks: []ask{
			{query: `{nodes{id}}`, requests: 1},
			{query: `{nodes{__typename}}`, requests: 1},
			{query: `{nodes{id ...on A{a name} ...on B{name}}}`, requests: 2, waves: 2},
			{query: `{nodes{...on Named{name} ...on C{name}}}`, requests: 3, waves: 2},
			{query: `{nodes{...on B{same owner{name a}} ...on C{s:same owner{name a}}}}`, requests: 4, waves: 3},
			{query: `{nodes{t:__typename ...on C{id:name}}}`, requests: 2, waves: 2},
		},
	},
	{
		name: "interfaces: a field of all implementations that another subgraph resolves",
		subgraphs: map[string]string{
			"a": `type Query{nodes:[Node]} interface Node{id:ID!} type A implements Node@key(fields:"id"){id:ID! a:String} type B implements Node@key(fields:"id"){id:ID!}`,
			"b": `interface Node{id:ID! owner:User} type A implements Node@key(fields:"id"){id:ID! owner:User} type B implements Node@key(fields:"id"){id:ID! owner:User b:String} type User{name:String}`,
		},
		world: `[{"@":"Query","nodes":["@a","@b"]},{"@":"a","__typename":"A","id":"1","a":"x","owner":{"__typename":"User","name":"n"}},{"@":"b","__typename":"B","id":"2","b":"y","owner":{"__typename":"User","name":"m"}}]`,
		asks:  []ask{{query: `{nodes{owner{name} ...on A{a} ...on B{b}}}`, requests: 2, waves: 2}, {query: `{nodes{owner{name}}}`, requests: 2, waves: 2}},
	},
	{
		name: "interfaces: a field selected on one is still the object's own",
		subgraphs: map[string]string{
			"a": `type Query{dog:Dog} interface Node{id:ID! x:String} type Cat implements Node{id:ID! x:String} type Dog@key(fields:"id"){id:ID!}`,
			"b": `interface Node{id:ID! x:String} type Dog implements Node@key(fields:"id"){id:ID! x:String}`,
		},
		world: `[{"@":"Query","dog":"@d"},{"@":"d","__typename":"Dog","id":"1","x":"y"}]`,
		asks:  []ask{{query: `{dog{...on Node{x}}}`, requests: 2, waves: 2}, {query: `{dog{...on Node{id}}}`, requests: 1}},
	},
	{
		name: "unions: each subgraph knows some members",
		subgraphs: map[string]string{
			"a": `type Query{found:[Hit] both:Hit@shareable} union Hit=X|Y type X@key(fields:"id"){id:ID! x:String} type Y@key(fields:"id"){id:ID!}`,
			"b": `type Query{both:Hit@shareable} union Hit=Y|Z type Y@key(fields:"id"){id:ID! y:String} type Z@key(fields:"id"){id:ID! z:String} type X@key(fields:"id"){id:ID! more:String}`,
		},
		world: `[{"@":"Query","found":["@x","@y",null],"both":"@y"},{"@":"x","__typename":"X","id":"1","x":"xx","more":"m"},{"@":"y","__typename":"Y","id":"2","y":"yy"}]`,
		asks: []ask{
			{query: `{found{...on X{x}}}`, requests: 1},
			{query: `{found{__typename ...on X{x more} ...on Y{y} ...on Z{z}}}`, requests: 2, waves: 2},
			{query: `{both{...on Y{y} ...on X{x}}}`, requests: 1},
		},
	},
	{
		name: "members with different nullability",
		subgraphs: map[string]string{
			"a": `type Query{all:[Pet]} union Pet=Cat|Dog|Fish type Cat@shareable{name:String! home:Box} type Dog@shareable{name:String home:Basket} type Fish{name:String!}
				type Box@shareable{size:String!} type Basket@shareable{size:String}`,
			"b": `type Query{cat:Cat dog:Dog} type Cat@shareable{name:String home:Box} type Dog@shareable{name:String home:Basket} type Box@shareable{size:String} type Basket@shareable{size:String}`,
		},
		world: `[{"@":"Query","cat":null,"dog":null,"all":[{"__typename":"Cat","name":"c","home":{"__typename":"Box","size":"s"}},
			{"__typename":"Dog","name":null,"home":{"__typename":"Basket","size":null}},{"__typename":"Fish","name":"f"}]}]`,
		asks: []ask{
			{query: `{all{...on Cat{name} ...on Dog{name} ...on Fish{n:name}}}`, requests: 1},
			{query: `{all{...on Cat{home{size}} ...on Dog{home{size}}}}`, requests: 1},
			{query: `{cat{name} all{...on Dog{name home{size}} ...on Cat{name home{size}}}}`, requests: 2, waves: 1},
		},
	},
	{
		name: "interface objects: fields from outside, requirements, entity interfaces",
		subgraphs: map[string]string{
			"a": `type Query{media:[Media!]! one:Media} interface Media@key(fields:"id"){id:ID! title:String} type Book implements Media@key(fields:"id"){id:ID! title:String pages:String} type Film implements Media@key(fields:"id"){id:ID! title:String length:String}`,
			"b": `type Query{rated:[Media!]!} type Media@key(fields:"id")@interfaceObject{id:ID! rating:String title:String@external slug:String@requires(fields:"title")}`,
			"c": `type Media@key(fields:"id")@interfaceObject{id:ID! slug:String@external link:String@requires(fields:"slug") tags:[String]}`,
			"d": `type Book@key(fields:"id"){id:ID! isbn:String}`,
		},
		world: `[{"@":"Query","media":["@b","@f"],"one":"@f","rated":["@f","@b"]},{"@":"b","__typename":"Book","id":"1","title":"B","pages":"9","rating":"5","tags":["x"],"isbn":"i"},{"@":"f","__typename":"Film","id":"2","title":"F","length":"8","rating":"4","tags":[]}]`,
		asks: []ask{
			{query: `{media{id rating}}`, requests: 2, waves: 2},
			{query: `{rated{id rating}}`, requests: 1},
			{query: `{rated{title}}`, requests: 2, waves: 2},
			{query: `{rated{__typename rating}}`, requests: 2, waves: 2},
			{query: `{rated{...on Book{pages} tags}}`, requests: 3, waves: 2},
			{query: `{media{slug}}`, requests: 2, waves: 2},
			{query: `{rated{slug}}`, requests: 3, waves: 3},
			{query: `{media{link title ...on Film{length rating}}}`, requests: 3, waves: 3},
			{query: `{rated{...on Book{isbn rating} ...on Film{length}}}`, requests: 3, waves: 3},
			{query: `{one{__typename link}}`, requests: 3, waves: 3},
			{query: `{rated{link}}`, requests: 4, waves: 4},
		},
	},
	{
		name: "mutations in series, follow-ups included",
		subgraphs: map[string]string{
			"a": `type Query{q:String} type Mutation{add(n:String):Item first:Item} type Item@key(fields:"id"){id:ID! name:String}`,
			"b": `type Mutation{note:Item} type Item@key(fields:"id"){id:ID! stock:String}`,
		},
		world: `[{"@":"Query","q":"q"},{"@":"Mutation","add":"@i","first":"@i","note":"@i"},{"@":"i","__typename":"Item","id":"1","name":"n","stock":"s"}]`,
		asks: []ask{
			{query: `mutation{add(n:"x"){name}}`, requests: 1},
			{query: `mutation{add(n:"x"){stock} first{name}}`, requests: 3, waves: 3},
			{query: `mutation{a:first{name} note{stock name} b:first{id}}`, requests: 4, waves: 4},
		},
	},
	{
		name: "conditions around fetches",
		subgraphs: map[string]string{
			"a": `type Query{user:User} type User@key(fields:"id"){id:ID! name:String}`,
			"b": `type User@key(fields:"id"){id:ID! age:String friends:[User]}`,
		},
		world: `[{"@":"Query","user":"@u"},{"@":"u","__typename":"User","id":"1","name":"A","age":"3","friends":["@u"]}]`,
		asks: []ask{
			{query: `query($x:Boolean!){user{name age@include(if:$x)}}`, variables: `{"x":false}`, requests: 1},
			{query: `query($x:Boolean!){user{name age@include(if:$x)}}`, variables: `{"x":true}`, requests: 2},
			{query: `query($x:Boolean!){user{friends@skip(if:$x){name} ...on User@include(if:$x){name}}}`, variables: `{"x":false}`, requests: 3},
			{query: `query($x:Boolean!){user{friends@skip(if:$x){name} ...on User@include(if:$x){name}}}`, variables: `{"x":true}`, requests: 1},
			{query: `query($x:Boolean!){user@skip(if:$x){name}}`, variables: `{"x":true}`},
		},
	},
	{
		name: "aliases that collide with keys and requirements",
		subgraphs: map[string]string{
			"a": `type Query{user:User} type User@key(fields:"id"){id:ID! name:String nick(up:Boolean):String}`,
			"b": `type User@key(fields:"id"){id:ID! name:String@external age:String label:String@requires(fields:"name")}`,
		},
		world: `[{"@":"Query","user":"@u"},{"@":"u","__typename":"User","id":"1","name":"A","age":"3","nick":"N"}]`,
		asks: []ask{
			{query: `{user{id:name age}}`, requests: 2},
			{query: `{user{id:nick name:id label age:name}}`, requests: 2},
			{query: `{user{__typename:name}}`},
			{query: `{user{a:nick(up:true) b:nick nick:nick(up:false) name:nick label}}`, requests: 2},
		},
	},
	{
		name: "the same entity at several places travels in one request",
		subgraphs: map[string]string{
			"a": `type Query{top:[P] best:P shop:Shop} type Shop{main:P list:[P]} type P@key(fields:"id"){id:ID!}`,
			"b": `type P@key(fields:"id"){id:ID! name:String price:String near:[P]}`,
			"c": `type P@key(fields:"id"){id:ID! color:String}`,
		},
		world: `[{"@":"Query","top":["@p","@q"],"best":"@p","shop":{"__typename":"Shop","main":"@q","list":["@p",null,"@q"]}},
			{"@":"p","__typename":"P","id":"1","name":"x","price":"9","near":["@q"],"color":"red"},{"@":"q","__typename":"P","id":"2","name":"y","price":"8","near":[],"color":null}]`,
		asks: []ask{
			{query: `{top{name} best{name price} shop{main{name} list{id price}}}`, requests: 2, waves: 2, calls: 4},
			{query: `{top{near{near{name}}} best{near{name}}}`, requests: 2, waves: 2, calls: 3},
			{query: `{top{name price} best{name price} shop{main{name price}}}`, requests: 2, waves: 2, calls: 2},
			{query: `{top{near{id}} best{near{id color}}}`, requests: 3, waves: 3, calls: 4},
			{query: `{top{near{id color}} best{near{id color}}}`, requests: 3, waves: 3, calls: 3},
		},
	},
	{
		name: "inaccessible fields serve as keys",
		subgraphs: map[string]string{
			"a": `type Query{u:U} type U@key(fields:"secret"){secret:ID!@inaccessible a:String}`,
			"b": `type U@key(fields:"secret"){secret:ID! b:String}`,
		},
		world: `[{"@":"Query","u":"@u"},{"@":"u","__typename":"U","secret":"s","a":"A","b":"B"}]`,
		asks:  []ask{{query: `{u{a b}}`, requests: 2, waves: 2}},
	},
	{
		name: "the query type below the root",
		subgraphs: map[string]string{
			"a": `type Query{a:String self:Query@shareable} type Mutation{do:Done} type Done{query:Query n:String}`,
			"b": `type Query{b:String}`,
		},
		world: `[{"@":"Query","a":"A","b":"B","self":"@Query"},{"@":"Mutation","do":{"__typename":"Done","n":"1","query":"@Query"}}]`,
		asks: []ask{
			{query: `{self{a}}`, requests: 1},
			{query: `{self{b a}}`, requests: 2, waves: 2},
			{query: `mutation{do{n query{b a}}}`, requests: 2, waves: 2},
		},
	},
	{
		name: "contexts: arguments filled by objects further up",
		subgraphs: map[string]string{
			"a": `type Query{user:User teams:[Team]} type User@key(fields:"id")@context(name:"who"){id:ID! locale:String! task:Task}
				type Team@key(fields:"id")@context(name:"who"){id:ID! lang:String! tasks:[Task] lead:User}
				type Task@key(fields:"id"){id:ID! title(lang:String@fromContext(field:"$who ... on User { locale } ... on Team { lang }")):String next:Task}`,
			"b": `type Task@key(fields:"id"){id:ID! due:String}`,
		},
		world: `[{"@":"Query","user":"@u","teams":["@t","@s"]},{"@":"u","__typename":"User","id":"1","locale":"de","task":"@k"},
			{"@":"t","__typename":"Team","id":"1","lang":"en","tasks":["@k","@l"],"lead":"@u"},{"@":"s","__typename":"Team","id":"2","lang":"fr","tasks":["@l"],"lead":null},
			{"@":"k","__typename":"Task","id":"1","title":"K","next":"@l","due":"soon"},{"@":"l","__typename":"Task","id":"2","title":"L","next":null,"due":"late"}]`,
		asks: []ask{
			{query: `{user{task{title}}}`, requests: 2, waves: 2},
			{query: `{teams{tasks{title due}}}`, requests: 3, waves: 2},
			{query: `{teams{lang tasks{t:title next{title}} lead{task{title}}}}`, waves: 2},
		},
	},
	{
		name: "a subscription's event and what follows",
		subgraphs: map[string]string{
			"a": `type Query{q:String} type Subscription{added:Item} type Item@key(fields:"id"){id:ID! name:String}`,
			"b": `type Item@key(fields:"id"){id:ID! stock:String}`,
		},
		world: `[{"@":"Query","q":"q"},{"@":"Subscription","added":"@i"},{"@":"i","__typename":"Item","id":"1","name":"n","stock":"s"}]`,
		asks:  []ask{{query: `subscription{added{name}}`, requests: 1}, {query: `subscription{added{stock name}}`, requests: 2, waves: 2}},
	},
	{
		name: "cheaper by looking ahead",
		subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID!}`,
			"b": `type E@key(fields:"id")@shareable{id:ID! x:String y:String}`,
			"c": `type E@key(fields:"id")@shareable{id:ID! y:String z:String}`,
			"d": `type E@key(fields:"id")@shareable{id:ID! x:String z:String w:String}`,
		},
		world: `[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","x":"x","y":"y","z":"z","w":"w"}]`,
		asks: []ask{
			{query: `{e{x y}}`, requests: 2},
			{query: `{e{y z}}`, requests: 2},
			{query: `{e{x y z}}`, requests: 3},
			{query: `{e{x z w}}`, requests: 2},
			{query: `{e{x y z w}}`, requests: 3},
		},
	},
	{
		name: "values: an empty string does not begin a block string",
		subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID! f(in:[String]):String}`,
		},
		world: `[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","f":"x"}]`,
		asks:  []ask{{query: `{e{f(in:["" "x"])}}`, requests: 1}},
	},
	{
		name: "abstract types: a value that other subgraphs complete hangs below several types",
		subgraphs: map[string]string{
			"a": `type Query{list:[N]} interface N{v:V} type A implements N@key(fields:"id"){id:ID! v:V@shareable} type B implements N@key(fields:"code"){code:ID! v:V@shareable} type V@shareable{x:String}`,
			"b": `type A@key(fields:"id"){id:ID! v:V@shareable} type B@key(fields:"code"){code:ID! v:V@shareable} type V@shareable{x:String y:String}`,
		},
		world: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","id":"1","v":"@v"},{"@":"b","__typename":"B","code":"2","v":"@w"},
			{"@":"v","__typename":"V","x":"x1","y":"y1"},{"@":"w","__typename":"V","x":"x2","y":"y2"}]`,
		asks: []ask{{query: `{list{v{x y}}}`, requests: 2, waves: 2}},
	},
	{
		name: "requires: a value that the client selects of several types is required of one",
		subgraphs: map[string]string{
			"a": `type Query{list:[N]} interface N{m:M} type A implements N@key(fields:"id"){id:ID! m:M@shareable} type B implements N@key(fields:"id"){id:ID! m:M@shareable} type M@key(fields:"id"){id:ID! x:String}`,
			"b": `type B@key(fields:"id"){id:ID! m:M@external sum:String@requires(fields:"m{w}")} type M@key(fields:"id"){id:ID! w:String@external}`,
			"c": `type M@key(fields:"id"){id:ID! z:String w:String}`,
		},
		world: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","id":"1","m":"@m"},{"@":"b","__typename":"B","id":"2","m":"@m","sum":"s"},
			{"@":"m","__typename":"M","id":"3","x":"x","z":"z","w":"w"}]`,
		asks: []ask{{query: `{list{...on B{sum} m{z}}}`, requests: 3}, {query: `{list{m{z} ...on B{sum}}}`, requests: 3}, {query: `{list{...on B{sum m{z}} m{z w}}}`, requests: 3}},
	},
	{
		name: "abstract types: a narrowed field is not asked about other types",
		subgraphs: map[string]string{
			"a": `type Query{list:[N]@provides(fields:"...on B{n{...on B{name}}}")} interface N{n:N} type A implements N{n:B} type B implements N@key(fields:"id"){id:ID! n:N name:String@external} type C implements N{n:A name:String}`,
			"b": `type B@key(fields:"id"){id:ID! name:String@shareable}`,
		},
		world: `[{"@":"Query","list":["@a","@c"]},{"@":"a","__typename":"A","n":"@b"},{"@":"b","__typename":"B","id":"1","n":"@b","name":"x"},{"@":"c","__typename":"C","n":"@a","name":"cn"}]`,
		asks:  []ask{{query: `{list{n{...on C{name}}}}`, requests: 1}},
	},
	{
		name: "abstract types: __typename of one of several types that are resolved alike",
		subgraphs: map[string]string{
			"a": `type Query{v:V@shareable} type V@shareable{n:N} interface N{x:String y:String} type A implements N@shareable{x:String y:String} type B implements N@shareable{x:String y:String}`,
			"b": `type Query{v:V@shareable} type V@shareable{n:N} interface N{x:String} type A implements N@shareable{x:String} type B implements N@shareable{x:String}`,
		},
		world: `[{"@":"Query","v":"@v"},{"@":"v","__typename":"V","n":"@b"},{"@":"b","__typename":"B","x":"x","y":"y"}]`,
		asks:  []ask{{query: `{v{n{y ...on B{__typename}}}}`, requests: 1}},
	},
	{
		name: "aliases: one type's field goes by the name of another's",
		subgraphs: map[string]string{
			"a": `type Query{list:[N]} interface N{title:String} type A implements N{text:String title:String} type B implements N{text:String title:String}`,
		},
		world: `[{"@":"Query","list":["@a","@b"]},{"@":"a","__typename":"A","text":"at","title":"ai"},{"@":"b","__typename":"B","text":"bt","title":"bi"}]`,
		asks:  []ask{{query: `{list{...on B{title:text} ...on A{title text}}}`, requests: 1}},
	},
	{
		name: "interface objects: another interface object leads to the key that tells the type",
		subgraphs: map[string]string{
			"a": `type Query{f:Face} type Face@key(fields:"number")@interfaceObject{number:ID!}`,
			"b": `type Face@key(fields:"number")@interfaceObject{number:ID! id:ID!@shareable}`,
			"c": `interface Face@key(fields:"id"){id:ID!} type X implements Face@key(fields:"id"){id:ID!@shareable x:String} type Y implements Face@key(fields:"id"){id:ID!@shareable}`,
		},
		world: `[{"@":"Query","f":"@x"},{"@":"x","__typename":"X","id":"1","number":"7","x":"x"}]`,
		asks:  []ask{{query: `{f{__typename ...on X{x}}}`, requests: 3, waves: 3}},
	},
	{
		name: "interface objects: a field that must not be null is not asked of objects of other types",
		subgraphs: map[string]string{
			"a": `type Query{f:Face} type Face@key(fields:"id")@interfaceObject{id:ID! more:String! some:String}`,
			"b": `interface Face@key(fields:"id"){id:ID!} type X implements Face@key(fields:"id"){id:ID!} type Y implements Face@key(fields:"id"){id:ID!}`,
		},
		world: `[{"@":"Query","f":"@x"},{"@":"x","__typename":"X","id":"1","more":"m","some":"s"}]`,
		asks: []ask{
			{query: `{f{...on Y{more}}}`, requests: 3, waves: 3},
			{query: `{f{...on Y{some}}}`, requests: 2, waves: 2},
			{query: `{f{more}}`, requests: 1},
		},
	},
	{
		name: "abstract types: neither subgraph has a field for all types",
		subgraphs: map[string]string{
			"a": `type Query{list:[N]@shareable} interface N{label:String} type V implements N@shareable{label:String} type E implements N@key(fields:"id"){id:ID! label:String@shareable size:String}`,
			"b": `type Query{list:[N]@shareable} interface N{size:String} type V implements N@shareable{label:String size:String} type E implements N{size:String@external}`,
		},
		world: `[{"@":"Query","list":["@v","@e"]},{"@":"v","__typename":"V","label":"vl","size":"vs"},{"@":"e","__typename":"E","id":"1","label":"el","size":"es"}]`,
		asks:  []ask{{query: `{list{size}}`, requests: 2, waves: 1}},
	},
	{
		name: "provides: a field of the same subgraph still needs what it requires, whoever else marks it external",
		subgraphs: map[string]string{
			"a": `type Account@key(fields:"sku"){sku:ID! link:Film@shareable} type Film@key(fields:"id"){id:ID! source:String}`,
			"b": `type Film@key(fields:"id"){id:ID! advice:String@external summary:String@requires(fields:"advice")}`,
			"c": `type Query{account:Account@provides(fields:"link{advice}")} type Account@key(fields:"sku"){sku:ID! link:Film@external}
				type Film@key(fields:"id"){id:ID! source:String@external advice:String@requires(fields:"source")}`,
		},
		world: `[{"@":"Query","account":"@a"},{"@":"a","__typename":"Account","sku":"1","link":"@f"},{"@":"f","__typename":"Film","id":"2","source":"s","advice":"a","summary":"m"}]`,
		asks: []ask{
			{query: `{account{link{advice}}}`, requests: 3, waves: 3},
			{query: `{account{link{summary}}}`, requests: 4, waves: 4},
			{query: `{account{link{id}}}`, requests: 1},
		},
	},
	{
		name: "interface objects: each type by the key of another source",
		subgraphs: map[string]string{
			"a": `type Query{node:Node@shareable list:[Node]@shareable} interface Node{id:ID!} type Garage implements Node@key(fields:"id"){id:ID! stamp:String} type Device implements Node@key(fields:"id"){id:ID!}`,
			"b": `type Node@key(fields:"id")@interfaceObject{id:ID! heat:String}`,
			"c": `type Query{node:Node@shareable list:[Node]@shareable} interface Node@key(fields:"id"){id:ID! code:String} type Garage implements Node@key(fields:"id"){id:ID! code:String} type Device implements Node@key(fields:"id"){id:ID! code:String}`,
		},
		world: `[{"@":"Query","node":"@g","list":["@g","@d"]},{"@":"g","__typename":"Garage","id":"1","stamp":"st","code":"co","heat":"h"},
			{"@":"d","__typename":"Device","id":"2","code":"do","heat":"i"}]`,
		asks: []ask{
			{query: `{node{...on Garage{stamp} code heat}}`, requests: 3, waves: 2},
			{query: `{node{heat ...on Garage{stamp} code}}`, requests: 3, waves: 2},
			{query: `{list{...on Garage{stamp} code heat}}`, requests: 3, waves: 2},
		},
	},
	{
		name: "mutations that several subgraphs share are run by one of them",
		subgraphs: map[string]string{
			"a": `type Query{q:String} type Mutation@shareable{save(v:String):P list:[P] box:Box v:V both:String}
				type P@key(fields:"id"){id:ID! v:String@shareable onlya:String} type Box@shareable{p:P} type V@shareable{x:String}`,
			"b": `type Query{r:String} type Mutation@shareable{save(v:String):P list:[P] box:Box v:V both:String}
				type P@key(fields:"id"){id:ID! v:String@shareable onlyb:String} type Box@shareable{p:P} type V@shareable{x:String y:String}`,
			"c": `type Mutation@shareable{save(v:String):P} type P@key(fields:"id"){id:ID! more:String}`,
		},
		world: `[{"@":"Query","q":"q","r":"r"},{"@":"Mutation","save":"@p","list":["@p","@o"],"box":{"__typename":"Box","p":"@p"},"v":{"__typename":"V","x":"x","y":"y"},"both":"5"},
			{"@":"p","__typename":"P","id":"1","v":"7","onlya":"a","onlyb":"b","more":"m"},{"@":"o","__typename":"P","id":"2","v":"8","onlya":"c","onlyb":"d","more":"n"}]`,
		asks: []ask{
			{query: `mutation{save(v:"3"){id v onlya onlyb}}`, requests: 2, waves: 2},
			{query: `mutation{save(v:"3"){v onlyb}}`, requests: 1},
			{query: `mutation{save(v:"3"){onlya onlyb more}}`, requests: 3, waves: 2},
			{query: `mutation{save(v:"3"){id}save(v:"3"){v}...M}fragment M on Mutation{save(v:"3"){onlya}}`, requests: 1},
			{query: `mutation{x:both y:both z:save(v:"1"){onlyb}}`, requests: 3, waves: 3},
			{query: `mutation{list{onlyb onlya} box{p{onlya onlyb}}}`, requests: 4, waves: 4},
			{query: `mutation{v{y x} box{p{v}}}`, requests: 2, waves: 2},
		},
	},
	{
		name: "values: variables of types that only other subgraphs know, in literals of custom scalars",
		subgraphs: map[string]string{
			"a": `enum K{X Y} input In{n:Int k:K more:JSON} scalar JSON type Query{u(in:In k:[K!] f:Float):U} type U@key(fields:"id"){id:ID!}`,
			"b": `scalar JSON input Box{name:String in:JSON list:[JSON!]} type U@key(fields:"id"){id:ID! find(j:JSON list:[[JSON]] box:Box b:Boolean):String}`,
		},
		world: `[{"@":"Query","u":"@u"},{"@":"u","__typename":"U","id":"1","find":"x"}]`,
		asks: []ask{
			{query: `query($v:String="bar"$i:Int$k:[K!]$l:Boolean){u{find(j:{sub:$v list:[$i,2,{k:$k}] gone:$l e:ENUM})}}`, variables: `{"i":5,"k":["X"]}`, requests: 2},
			{query: `query($v:String$b:Boolean){u{find(j:{a:$v}b:$b)}}`, variables: `{"v":"s","b":true}`, requests: 2},
			{query: `query($i:Int$n:String$weft_literal1:Float){u(in:{n:$i more:[{i:$i}]}f:$weft_literal1){find(box:{name:$n in:{i:$i f:[$weft_literal1]}list:[{i:$i}]}list:[[{i:$i}]])}}`, variables: `{"i":5,"n":"x"}`, requests: 2},
			{query: `query($k:K!$in:In){u(k:[$k]){a:find(j:[{k:$k}])b:find(j:[{k:$k}])c:find(j:[{in:$in}])}}`, variables: `{"k":"Y","in":{"n":1,"k":"X"}}`, requests: 2},
		},
	},
}
