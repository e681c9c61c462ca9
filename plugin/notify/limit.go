package notify

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits hold back a watcher that would flood people, and count what they held
// back, so that the next message says it.
type limits struct {
	burst  int
	refill time.Duration

	mu       sync.Mutex
	watchers map[string]*limit
}

type limit struct {
	*rate.Limiter
	held int // since the last message that was sent
}

func newLimits(burst int, refill time.Duration) *limits {
	return &limits{burst: burst, refill: refill, watchers: map[string]*limit{}}
}

// take reports whether a watcher may send now, and how many of its messages
// were held back since the last one.
func (l *limits) take(watcher string, now time.Time) (held int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.watchers[watcher]
	if w == nil {
		w = &limit{Limiter: rate.NewLimiter(rate.Every(l.refill), l.burst)}
		l.watchers[watcher] = w
	}
	if !w.AllowN(now, 1) {
		w.held++
		return 0, false
	}
	held, w.held = w.held, 0
	return held, true
}

// giveBack notes that a message which would have told of held ones was not
// sent.
func (l *limits) giveBack(watcher string, held int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watchers[watcher].held += held
}
