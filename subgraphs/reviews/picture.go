package reviews

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // another kind that is taken
	"io"
	"strings"

	scale "golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a kind that is taken

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/upload"
)

// What pictures are bounded by.
const (
	// MaxPictures is how many a review has.
	MaxPictures = 3
	// MaxPictureBytes is how long a file may be that is sent.
	MaxPictureBytes = 8 << 20
	// maxPixels is how many a picture may have: decoding takes memory for all of them, however short the file is.
	maxPixels = 16_000_000
	// keptSide is how long the sides of pictures are at most that are kept, in pixels.
	keptSide = 1600
	// keptQuality is that of the JPEG files that are kept.
	keptQuality = 82
	// maxAlt bounds the words about a picture, in characters.
	maxAlt = 200
)

// ReviewPicture is a picture of a review.
type ReviewPicture struct {
	// Hash is the SHA-256 of its file, in hexadecimal digits.
	Hash          string
	Width, Height int
	// Alt says what is to be seen, for people who do not see it.
	Alt string
	// Data is the file, a JPEG; empty when the picture was read again.
	Data []byte
}

// ReviewPictureInput is a picture to be shown with a review.
type ReviewPictureInput struct {
	File upload.File
	Alt  string
}

// RemoveReviewPictureInput names a picture to be removed.
type RemoveReviewPictureInput struct{ ReviewID, PictureID string }

// ID names the picture among those of its review.
func (p *ReviewPicture) ID() string { return p.Hash }

// decoding has the turn to decode a picture: one at a time, since each takes much memory.
var decoding = make(chan struct{}, 1)

// readPictures makes pictures of what was sent.
func readPictures(ctx context.Context, inputs []*ReviewPictureInput) ([]*ReviewPicture, error) {
	var check fault.Checker
	check.Require(len(inputs) <= MaxPictures, "input.pictures", "a review has at most %d pictures", MaxPictures)
	for i, input := range inputs {
		at := fmt.Sprintf("input.pictures.%d", i)
		check.Length(input.Alt, 0, maxAlt, at+".alt")
		check.Require(input.File.Size <= MaxPictureBytes, at+".file", "a picture has at most %d MB", MaxPictureBytes>>20)
	}
	if err := check.Err(); err != nil || len(inputs) == 0 {
		return nil, err
	}
	select {
	case decoding <- struct{}{}:
		defer func() { <-decoding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	pictures := make([]*ReviewPicture, 0, len(inputs))
	for i, input := range inputs {
		picture, err := readPicture(input.File)
		if err != nil {
			return nil, fault.At(fault.BadUserInput, fmt.Sprintf("input.pictures.%d.file", i), "%s", err)
		}
		picture.Alt = strings.TrimSpace(input.Alt)
		pictures = append(pictures, picture)
	}
	return pictures, nil
}

var errNoPicture = errors.New("the file is no JPEG, PNG or WebP picture; send one of these")

// readPicture decodes a file and writes what is to be seen of it, and nothing else, as another one. So where and with what
// it was taken is gone, and whatever else was hidden in the file.
func readPicture(file io.ReadSeeker) (*ReviewPicture, error) {
	shape, kind, err := image.DecodeConfig(io.LimitReader(file, MaxPictureBytes))
	if err != nil {
		return nil, errNoPicture
	}
	budget := maxPixels
	if shape.ColorModel == color.RGBA64Model || shape.ColorModel == color.NRGBA64Model {
		budget /= 2
	}
	if shape.Width <= 0 || shape.Height <= 0 || shape.Width > budget/shape.Height {
		return nil, fmt.Errorf("the picture is too large: %d by %d pixels, and there may be %d megapixels; make it smaller",
			shape.Width, shape.Height, budget/1_000_000)
	}
	turned := upright
	if kind == "jpeg" {
		turned = orientationOf(file)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	decoded, _, err := image.Decode(io.LimitReader(file, MaxPictureBytes))
	if err != nil {
		return nil, errors.New("the picture is damaged")
	}
	kept := turned.turn(shrink(decoded))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, kept, &jpeg.Options{Quality: keptQuality}); err != nil {
		return nil, errors.New("the picture cannot be kept")
	}
	sum := sha256.Sum256(b.Bytes())
	size := kept.Bounds()
	return &ReviewPicture{Hash: hex.EncodeToString(sum[:]), Width: size.Dx(), Height: size.Dy(), Data: b.Bytes()}, nil
}

// shrink makes a picture as small as it is kept. What is transparent becomes white.
func shrink(from image.Image) *image.RGBA {
	size := from.Bounds()
	width, height := size.Dx(), size.Dy()
	if long := max(width, height); long > keptSide {
		width, height = max(1, width*keptSide/long), max(1, height*keptSide/long)
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	scale.ApproxBiLinear.Scale(to, to.Bounds(), from, size, scale.Over, nil)
	return to
}

// loadPictures is the name of the loader.
type loadPictures struct{}

// PicturesOf are the pictures of a review. Those of one that is hidden are not to be seen.
func (c *Core) PicturesOf(ctx context.Context, review *Review) ([]*ReviewPicture, error) {
	if review.Hidden {
		return []*ReviewPicture{}, nil
	}
	found, err := dataloader.Load(ctx, loadPictures{}, review.ID, c.store.Pictures)
	if found == nil {
		found = []*ReviewPicture{}
	}
	return found, err
}

// PictureFile is the file with a hash; nil when no review that is seen has it.
func (c *Core) PictureFile(ctx context.Context, hash string) ([]byte, error) {
	return c.store.PictureFile(ctx, hash)
}

// RemovePicture removes a picture of the caller's own review, or of any if the caller is an operator.
func (c *Core) RemovePicture(
	ctx context.Context,
	caller wire.Identity,
	input RemoveReviewPictureInput,
) (*Review, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to remove a picture")
	}
	review, err := found(
		input.ReviewID,
	)(
		c.store.RemovePicture(ctx, input.ReviewID, input.PictureID, func(review *Review) error {
			if review.AuthorID != caller.Subject && !caller.HasRole(Operator) {
				return fault.New(fault.Forbidden, "only its author and operators may remove a picture")
			}
			return nil
		}),
	)
	return review, err
}
