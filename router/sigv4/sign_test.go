package sigv4

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestSignaturesAreThoseOfAWS has requests of AWS's own test suite of Signature Version 4.
func TestSignaturesAreThoseOfAWS(t *testing.T) {
	c := Credentials{
		Keys: Keys{ID: "AKIDEXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}, Region: "us-east-1", Service: "service",
	}
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	base := []Header{{"x-amz-date", "20150830T123600Z"}, {"host", "example.amazonaws.com"}}
	for name, v := range map[string]struct {
		method, url, body, want string
		headers                 []Header
	}{
		"get-vanilla":                      {method: "GET", url: "https://example.amazonaws.com/", want: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		"post-vanilla":                     {method: "POST", url: "https://example.amazonaws.com", want: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		"get-vanilla-query-order-key-case": {method: "GET", url: "https://example.amazonaws.com/?Param2=value2&Param1=value1", want: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		"post-x-www-form-urlencoded": {method: "POST", url: "https://example.amazonaws.com/", body: "Param1=value1",
			headers: []Header{{"content-type", "application/x-www-form-urlencoded"}}, want: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	} {
		target, err := url.Parse(v.url)
		if err != nil {
			t.Fatal(err)
		}
		got := c.Sign(v.method, target, append(v.headers, base...), []byte(v.body), now)
		if !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=") ||
			!strings.HasSuffix(got, ", Signature="+v.want) {
			t.Errorf("%s: %s, want %s", name, got, v.want)
		}
	}
}

// TestSignaturesForS3 has the example "GET Object" of S3's documentation.
func TestSignaturesForS3(t *testing.T) {
	c := Credentials{
		Keys: Keys{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, Region: "us-east-1", Service: "s3",
	}
	target, err := url.Parse("https://examplebucket.s3.amazonaws.com/test.txt")
	if err != nil {
		t.Fatal(err)
	}
	headers := []Header{
		{"host", target.Host}, {"range", "bytes=0-9"}, {"x-amz-content-sha256", Sum(nil)}, {"x-amz-date", "20130524T000000Z"},
	}
	got := c.Sign("GET", target, headers, nil, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	if want := "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"; !strings.HasSuffix(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
	if got := EncodedPath("/a b+c/\u00e9=@:1"); got != "/a%20b%2Bc/%C3%A9%3D%40%3A1" {
		t.Errorf("a path is encoded as %s", got)
	}
}
