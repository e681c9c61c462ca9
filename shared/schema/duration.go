package schema

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration as files write it: Go's form ("90s",
// "1h30m"), with "d" for 24 hours before it ("2d", "1d12h").
func ParseDuration(s string) (time.Duration, error) {
	fail := func() (time.Duration, error) {
		return 0, fmt.Errorf("%.80q is not a duration: write 90s, 30m, 1h30m, 2d", s)
	}
	var days time.Duration
	rest := s
	if before, after, found := strings.Cut(s, "d"); found {
		n, err := strconv.ParseUint(before, 10, 32)
		const most = uint64(1<<63-1) / uint64(24*time.Hour)
		if err != nil || n > most {
			return fail()
		}
		days, rest = time.Duration(n)*24*time.Hour, after
		if rest == "" {
			return days, nil
		}
		if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
			return fail()
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || days+d < days && d >= 0 {
		return fail()
	}
	return days + d, nil
}
