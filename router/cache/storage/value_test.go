package storage

import (
	"reflect"
	"testing"

	"github.com/weft-graphql/weft/router/cache/policy"
)

func FuzzDecodeValue(f *testing.F) {
	v := Value{Name: "name", JSON: []byte(`"Table"`), Covers: "{a=Int}", Deps: []string{"e:x", "g:s:t"}, Clock: 7, Expires: 9}
	f.Add("key", "name", EncodeValue(nil, "key", &v))
	f.Add("", "", []byte{0xE8})
	f.Fuzz(func(t *testing.T, key, name string, b []byte) {
		got, err := DecodeValue(key, name, b)
		if err != nil {
			return
		}
		if again := EncodeValue(nil, key, &got); string(again) != string(b) {
			t.Errorf("%x decodes to %+v, which encodes to %x", b, got, again)
		}
	})
}

func TestValuesSurviveEncoding(t *testing.T) {
	v := Value{
		Name: "size~", Hash: NameHash("size~"), JSON: []byte(`{"width":1}`), Schema: 1, Clock: 2, By: policy.BySchema, Born: 3, Stored: 4, Expires: 5,
		WhileRevalidate: 6, IfError: 7, Covers: "{width=Int}", Deps: []string{"e:abc", "g:products:sale"}, Private: true, Negative: true,
	}
	b := EncodeValue(nil, "key", &v)
	got, err := DecodeValue("key", "size~", b)
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, v)
	}
	for i := range b {
		b[i] ^= 1
		if _, err := DecodeValue("key", "size~", b); err == nil {
			t.Errorf("a changed byte at %d goes unnoticed", i)
		}
		b[i] ^= 1
	}
	for _, other := range [][2]string{{"key2", "size~"}, {"key", "size"}} {
		if _, err := DecodeValue(other[0], other[1], b); err == nil {
			t.Errorf("the value passes for one of %v", other)
		}
	}
}
