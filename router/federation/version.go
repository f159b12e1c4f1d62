package federation

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is the version of a feature, as in "v2.3".
type Version struct{ Major, Minor int }

// ParseVersion reads a version of the form "v1.2".
func ParseVersion(s string) (Version, error) {
	rest, ok := strings.CutPrefix(s, "v")
	major, minor, dot := strings.Cut(rest, ".")
	if !ok || !dot || !isNumber(major) || !isNumber(minor) {
		return Version{}, fmt.Errorf("%q is not a version of the form v1.2", s)
	}
	maj, errMajor := strconv.Atoi(major)
	mnr, errMinor := strconv.Atoi(minor)
	if errMajor != nil || errMinor != nil {
		return Version{}, fmt.Errorf("version %q is out of range", s)
	}
	return Version{maj, mnr}, nil
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// LinkVersion is the version of the specification of @link that there is.
var LinkVersion = Version{1, 0}

// String is the form used in feature URLs, "v2.3".
func (v Version) String() string { return "v" + strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) }

// Compare orders versions.
func (v Version) Compare(other Version) int {
	return cmp.Or(cmp.Compare(v.Major, other.Major), cmp.Compare(v.Minor, other.Minor))
}

// AtLeast reports whether v is other or later.
func (v Version) AtLeast(other Version) bool { return v.Compare(other) >= 0 }

// Satisfies reports whether something written for version required works with v. As in semantic versioning, a major
// version 0 is compatible with nothing but itself.
func (v Version) Satisfies(required Version) bool {
	return v.Major == required.Major &&
		(v.Major == 0 && v.Minor == required.Minor || v.Major != 0 && v.Minor >= required.Minor)
}
