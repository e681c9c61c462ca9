package sdk

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/jwhost/jwhost/shared/contract"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// A session is the plugin's half of one Run: one goroutine receives and hands
// answers to the calls that wait for them, any may send.
type session struct {
	stream grpc.BidiStreamingServer[pb.RunRequest, pb.RunResponse]

	sending sync.Mutex

	mu    sync.Mutex
	last  int64 // id of a call
	calls map[int64]chan *pb.RunRequest
	over  chan struct{} // closed when nothing more is received
}

func newSession(stream grpc.BidiStreamingServer[pb.RunRequest, pb.RunResponse]) *session {
	return &session{stream: stream, calls: make(map[int64]chan *pb.RunRequest), over: make(chan struct{})}
}

func (s *session) send(m *pb.RunResponse) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.stream.Send(m)
}

// receive hands out answers until the stream is over.
func (s *session) receive() {
	defer close(s.over)
	for {
		m, err := s.stream.Recv()
		if err != nil {
			return
		}
		id := m.GetChunk().GetCallId()
		if result := m.GetResult(); result != nil {
			id = result.GetCallId()
		}
		s.mu.Lock()
		waiting := s.calls[id]
		s.mu.Unlock()
		if waiting == nil {
			continue
		}
		select {
		case waiting <- m: // has room: the host sends a chunk only when asked
		case <-s.stream.Context().Done():
			return
		}
	}
}

// errOver is the error of a call after the end of its invocation.
var errOver = errors.New("the invocation is over")

// call asks the host for something and waits for the result; chunk takes parts
// of it and says whether it wants more. When ctx ends the call is cancelled.
func (s *session) call(ctx context.Context, what contract.Call, chunk func([]byte) bool) (any, error) {
	answers := make(chan *pb.RunRequest, 2)
	s.mu.Lock()
	s.last++
	id := s.last
	s.calls[id] = answers
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.calls, id)
		s.mu.Unlock()
	}()

	if err := s.send(contract.CallToProto(id, what)); err != nil {
		return nil, errOver
	}
	done, wanted := ctx.Done(), true
	var late <-chan time.Time
	cancel := func() {
		done, wanted = nil, false
		late = time.After(callTimeout)
		_ = s.send(contract.CancelToProto(id))
	}
	for {
		select {
		case m := <-answers:
			if result := m.GetResult(); result != nil {
				value, err := contract.ResultFromProto(result)
				if ctx.Err() != nil && (err != nil || value == nil) {
					return nil, ctx.Err()
				}
				return value, err
			}
			if wanted && chunk != nil && !chunk(m.GetChunk().GetData()) {
				cancel()
			} else if wanted {
				_ = s.send(contract.MoreToProto(id))
			}
		case <-done:
			cancel()
		case <-late:
			return nil, errOver
		case <-s.over:
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, errOver
		}
	}
}
