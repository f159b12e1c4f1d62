package reviews

import (
	"encoding/binary"
	"image"
	"io"
)

// orientation is how a camera was held: what EXIF says in its tag 0x0112. The pixels have to be turned by it before it is
// gone.
//
// Specification: CIPA DC-008 (EXIF 2.32), 4.6.2 and 4.6.5
type orientation uint16

// upright is a picture that is as it should be.
const upright orientation = 1

// maxSegments bounds how far a file is looked through for EXIF.
const maxSegments = 32

// orientationOf reads it from a JPEG file. Whatever makes no sense is upright.
func orientationOf(file io.ReadSeeker) orientation {
	if _, err := file.Seek(2, io.SeekStart); err != nil { // behind the mark of the beginning
		return upright
	}
	for range maxSegments {
		var head [4]byte
		if _, err := io.ReadFull(file, head[:]); err != nil || head[0] != 0xff || head[1] == 0xda {
			return upright
		}
		length := int64(binary.BigEndian.Uint16(head[2:])) - 2
		if length < 0 {
			return upright
		}
		if head[1] != 0xe1 { // APP1
			if _, err := file.Seek(length, io.SeekCurrent); err != nil {
				return upright
			}
			continue
		}
		segment := make([]byte, length)
		if _, err := io.ReadFull(file, segment); err != nil {
			return upright
		}
		if len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" {
			return orientationIn(segment[6:])
		}
	}
	return upright
}

// orientationIn looks for the tag in the first directory of a TIFF structure.
func orientationIn(tiff []byte) orientation {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return upright
	}
	entries := uint64(order.Uint16(tiff[at:]))
	for i := range entries {
		entry := at + 2 + 12*i
		if entry+12 > uint64(len(tiff)) {
			return upright
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if value := orientation(order.Uint16(tiff[entry+8:])); value >= 1 && value <= 8 {
				return value
			}
			return upright
		}
	}
	return upright
}

// turn makes a picture upright.
func (o orientation) turn(from *image.RGBA) *image.RGBA {
	if o <= upright {
		return from
	}
	width, height := from.Bounds().Dx(), from.Bounds().Dy()
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	if o >= 5 { // it lies on its side
		to = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range height {
		for x := range width {
			tx, ty := o.place(x, y, width, height)
			to.SetRGBA(tx, ty, from.RGBAAt(x, y))
		}
	}
	return to
}

// place is where a pixel belongs.
func (o orientation) place(x, y, width, height int) (int, int) {
	switch o {
	case 2:
		return width - 1 - x, y
	case 3:
		return width - 1 - x, height - 1 - y
	case 4:
		return x, height - 1 - y
	case 5:
		return y, x
	case 6:
		return height - 1 - y, x
	case 7:
		return height - 1 - y, width - 1 - x
	default:
		return y, width - 1 - x
	}
}
