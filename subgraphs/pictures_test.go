package subgraphs_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

// sent is the answer to a review with files.
type sent struct {
	Data struct {
		WriteReview struct {
			Review *struct {
				ID       string
				Pictures []struct {
					ID, URL, Alt  string
					Width, Height int
				}
			}
			UserErrors userErrors
		}
	}
	Errors []struct{ Message string }
}

// sendReview writes a review with files, as a router passes it on.
func sendReview(t *testing.T, s subgraphs.Service, caller *wire.Identity, upc string, files ...[]byte) (status int, got sent) {
	t.Helper()
	pictures, places := []map[string]any{}, map[string][]string{}
	for i := range files {
		pictures = append(pictures, map[string]any{"file": nil, "alt": fmt.Sprintf(" picture %d ", i)})
		places[fmt.Sprint(i)] = []string{fmt.Sprintf("variables.input.pictures.%d.file", i)}
	}
	operations, err := json.Marshal(map[string]any{
		"query": `mutation($input: AddReviewInput!) { writeReview(input: $input) { review { id pictures { id url width height alt } }
			userErrors { field code message } } }`,
		"variables": map[string]any{"input": map[string]any{
			"upc": upc, "rating": 5, "title": "T", "body": "B", "pictures": pictures,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	where, err := json.Marshal(places)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(form.WriteField("operations", string(operations)))
	must(form.WriteField("map", string(where)))
	for i, file := range files {
		part, err := form.CreateFormFile(fmt.Sprint(i), "x")
		must(err)
		_, err = part.Write(file)
		must(err)
	}
	must(form.Close())
	r := httptest.NewRequest(http.MethodPost, "/graphql", io.NopCloser(&body)) // its length is not known
	r.Header.Set("Content-Type", form.FormDataContentType())
	if caller != nil {
		r = r.WithContext(kit.WithCaller(r.Context(), *caller))
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Code, got
}

// halves is a picture, red on its left and blue on its right.
func halves(width, height int) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{200, 20, 20, 255}
			if x >= width/2 {
				c = color.NRGBA{20, 20, 200, 255}
			}
			picture.SetNRGBA(x, y, c)
		}
	}
	return picture
}

func asJPEG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts what a camera notes into a JPEG file: how it was held, and something that nobody should learn.
func withEXIF(file []byte, orientation uint16) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x02\x00")
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = binary.LittleEndian.AppendUint16(tiff, tag)
		tiff = binary.LittleEndian.AppendUint16(tiff, kind)
		tiff = binary.LittleEndian.AppendUint32(tiff, count)
		tiff = binary.LittleEndian.AppendUint32(tiff, value)
	}
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x010e, 2, 12, 38)
	tiff = append(tiff, "\x00\x00\x00\x00secret place"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return append(append(append(out, segment...), file[2:]...), "secret trailer"...)
}

// TestReviewsHavePictures sends pictures with reviews: they come back as other files, without what was noted in them.
func TestReviewsHavePictures(t *testing.T) {
	onBoth(t, "reviews", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		const webp = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
		small, err := base64.StdEncoding.DecodeString(webp)
		if err != nil {
			t.Fatal(err)
		}
		files := [][]byte{withEXIF(asJPEG(t, halves(64, 32)), 6), asPNG(t, halves(3200, 100)), small}
		_, got := sendReview(t, s, merchant, "p300", files...)
		review := got.Data.WriteReview.Review
		if review == nil || len(review.Pictures) != 3 {
			t.Fatalf("sent: %+v", got)
		}
		sizes := [][2]int{{32, 64}, {1600, 50}, {1, 1}}
		for i, p := range review.Pictures {
			answer := get(s.Handler(), p.URL)
			data := answer.Body.Bytes()
			shape, kind, err := image.DecodeConfig(bytes.NewReader(data))
			if err != nil || kind != "jpeg" || shape.Width != sizes[i][0] || shape.Height != sizes[i][1] || p.Width != shape.Width ||
				p.Height != shape.Height || p.Alt != fmt.Sprintf("picture %d", i) {
				t.Errorf("picture %d is %+v, %s %+v, %v", i, p, kind, shape, err)
			}
			if bytes.Contains(data, []byte("secret")) || bytes.Contains(data, []byte("Exif")) {
				t.Errorf("picture %d has kept what was noted in it", i)
			}
			h := answer.Header()
			if h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("picture %d comes with %v", i, h)
			}
		}
		// The camera was held on its side: what was left is on top.
		picture, err := jpeg.Decode(bytes.NewReader(get(s.Handler(), review.Pictures[0].URL).Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if r, _, b, _ := picture.At(16, 8).RGBA(); r < b {
			t.Error("the picture was not turned")
		}
		if r, _, b, _ := picture.At(16, 56).RGBA(); r > b {
			t.Error("the picture was not turned the right way")
		}

		// Whoever hides a review hides its pictures; a single one can be removed, too.
		change := func(caller *wire.Identity, mutation string) string {
			t.Helper()
			return kittest.Ask(t, s.Handler(), caller, `mutation { m: `+mutation+` { review { pictures { id } } userErrors { code } } }`, nil).Fields()
		}
		url := review.Pictures[1].URL
		moderate := func(hidden bool) {
			t.Helper()
			if wrong := change(operator, fmt.Sprintf(`moderateReview(input: {id: %q, hidden: %t, reason: "no"})`, review.ID, hidden)); wrong != "" {
				t.Errorf("hidden %t: %s", hidden, wrong)
			}
		}
		moderate(true)
		if answer := get(s.Handler(), url); answer.Code != http.StatusNotFound || answer.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("a hidden picture: %d %v", answer.Code, answer.Header())
		}
		moderate(false)
		remove := fmt.Sprintf(`removeReviewPicture(input: {reviewId: %q, pictureId: %q})`, review.ID, review.Pictures[1].ID)
		for caller, want := range map[*wire.Identity]string{nil: "UNAUTHENTICATED", ada: "FORBIDDEN"} {
			if got := change(caller, remove); got != want {
				t.Errorf("%v removes a picture: %q", caller, got)
			}
		}
		if get(s.Handler(), url).Code != http.StatusOK {
			t.Error("the picture is not there again")
		}
		if got := change(operator, remove); got != "" || get(s.Handler(), url).Code != http.StatusNotFound {
			t.Errorf("an operator removes a picture: %q", got)
		}
		kittest.MustAsk(t, s.Handler(), merchant, `mutation($id: ID!) { deleteReview(input: {id: $id}) { deletedId } }`, map[string]any{"id": review.ID}, nil)
		if get(s.Handler(), review.Pictures[0].URL).Code != http.StatusNotFound {
			t.Error("a picture outlives its review")
		}
	})
}

// TestFilesThatAreNoPictures sends what is too much, something else, or damaged.
func TestFilesThatAreNoPictures(t *testing.T) {
	s, _ := open(t, "reviews", sqliteConfig(t))
	good := asJPEG(t, halves(8, 8))
	huge := asPNG(t, halves(8, 8))
	binary.BigEndian.PutUint32(huge[16:], 60_000) // the width, in the head of the file
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	for name, c := range map[string]struct {
		files [][]byte
		want  string
	}{
		"four":       {[][]byte{good, good, good, good}, "BAD_USER_INPUT input.pictures"},
		"a page":     {[][]byte{[]byte("<html><script>alert(1)</script>")}, "BAD_USER_INPUT input.pictures.0.file"},
		"a drawing":  {[][]byte{[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)}, "BAD_USER_INPUT input.pictures.0.file"},
		"nothing":    {[][]byte{{}}, "BAD_USER_INPUT input.pictures.0.file"},
		"damaged":    {[][]byte{good, good[:len(good)/2]}, "BAD_USER_INPUT input.pictures.1.file"},
		"a bomb":     {[][]byte{huge}, "BAD_USER_INPUT input.pictures.0.file"},
		"a long one": {[][]byte{append(good, make([]byte, reviews.MaxPictureBytes)...)}, "BAD_USER_INPUT input.pictures.0.file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := sendReview(t, s, ada, "p300", c.files...)
			if got.Data.WriteReview.UserErrors.String() != c.want {
				t.Errorf("%+v, want %s", got, c.want)
			}
		})
	}
	if _, got := sendReview(t, s, nil, "p300", good); len(got.Errors) != 1 {
		t.Errorf("nobody sends a picture: %+v", got)
	}
	// More than all files together may have is not read to its end.
	long := make([]byte, 10<<20)
	if status, got := sendReview(t, s, ada, "p300", long, long, long); got.Data.WriteReview.Review != nil || len(got.Errors) == 0 {
		t.Errorf("too much: %d %+v", status, got)
	}
	if answer := get(s.Handler(), reviews.PicturesPath+"../graphql"); answer.Code == http.StatusOK {
		t.Errorf("another path: %d", answer.Code)
	}
}
