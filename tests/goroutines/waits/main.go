// Goroutines that wait in every way that a Go program can. Says "ready" once all of them do; on each line of standard input it writes
// its own runtime.Stack(all) to standard output, ended by a line "end".
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"
)

var globalMutex sync.Mutex
var readWrite sync.RWMutex
var once sync.Once
var blocked = make(chan struct{}) // nobody ever sends or closes
var kept []any                    // what must not be collected: its finalizer would close it

type embedding struct {
	name string
	mu   sync.Mutex
}

func holdGlobalMutex()      { globalMutex.Lock(); defer globalMutex.Unlock(); <-blocked }
func waitGlobalMutex()      { globalMutex.Lock(); defer globalMutex.Unlock() }
func (e *embedding) hold()  { e.mu.Lock(); defer e.mu.Unlock(); <-blocked }
func (e *embedding) wait()  { e.mu.Lock(); defer e.mu.Unlock() }
func (e *embedding) twice() { e.mu.Lock(); defer e.mu.Unlock(); e.again() }
func (e *embedding) again() { e.mu.Lock(); defer e.mu.Unlock() }

type guarded struct {
	mu sync.Mutex
	rw sync.RWMutex
}

func (g *guarded) keep()   { g.mu.Lock(); defer g.mu.Unlock(); <-blocked }
func (g *guarded) nested() { g.rw.Lock(); defer g.rw.Unlock(); g.change() }
func (g *guarded) change() { g.mu.Lock(); g.mu.Unlock() }
func (g *guarded) look()   { g.rw.RLock(); g.rw.RUnlock() }

// Two that wait for each other, by one function, from one that has both locks in its frame.
func crosswise(first, second *embedding) {
	first.mu.Lock()
	defer first.mu.Unlock()
	time.Sleep(50 * time.Millisecond)
	second.mu.Lock()
	second.mu.Unlock()
}

// Three in one order: the first of them waits for who keeps the second lock, the others for the first.
func inOrder(first, second *embedding) {
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	second.mu.Unlock()
}

func holdReader() { readWrite.RLock(); defer readWrite.RUnlock(); <-blocked }
func waitWriter() { readWrite.Lock(); defer readWrite.Unlock() }
func waitReader() { readWrite.RLock(); defer readWrite.RUnlock() }
func holdOnce()   { once.Do(func() { <-blocked }) }

func waitCondition(condition *sync.Cond) {
	condition.L.Lock()
	condition.Wait()
}

func recurse(depth int) {
	if depth == 0 {
		<-blocked
		return
	}
	var pad [64]byte
	pad[depth%64] = 1
	recurse(depth - 1)
	runtime.KeepAlive(&pad)
}

type shape interface{ wait() }
type square struct{ side int }

func (s square) wait() { <-blocked }

func generic[T any](value T) T { <-blocked; return value }

func panics() {
	defer func() {
		recover()
		<-blocked
	}()
	defer func() { inPanic() }()
	var p *int
	*p = 1
}

//go:noinline
func inPanic() { <-blocked }

func inlinedLeaf(c chan struct{})   { inlinedMiddle(c) }
func inlinedMiddle(c chan struct{}) { <-c }

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func descriptors(directory string) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		var accepted []net.Conn
		for {
			connection, err := tcp.Accept()
			must(err)
			accepted = append(accepted, connection)
		}
	}()
	go func() {
		connection, err := net.Dial("tcp", tcp.Addr().String())
		must(err)
		buffer := make([]byte, 16)
		connection.Read(buffer)
		runtime.KeepAlive(connection)
	}()
	unix, err := net.Listen("unix", directory+"/socket")
	must(err)
	go unix.Accept()
	kept = append(kept, tcp, unix)

	read, write, err := os.Pipe()
	must(err)
	go read.Read(make([]byte, 1))
	fullRead, fullWrite, err := os.Pipe()
	must(err)
	go func() { fullWrite.Write(make([]byte, 1<<20)) }()
	kept = append(kept, read, write, fullRead, fullWrite)

	must(syscall.Mkfifo(directory+"/fifo", 0600))
	must(syscall.Mkfifo(directory+"/unopened", 0600))
	fifo, err := os.OpenFile(directory+"/fifo", os.O_RDWR|syscall.O_NONBLOCK, 0)
	must(err)
	go fifo.Read(make([]byte, 1))
	kept = append(kept, fifo)
	go os.OpenFile(directory+"/unopened", os.O_RDONLY, 0) // blocks in openat

	var raw [2]int
	must(syscall.Pipe(raw[:]))
	go syscall.Read(raw[0], make([]byte, 1))

	command := exec.Command("sleep", "1000")
	must(command.Start())
	go command.Wait()
	fmt.Println("child", command.Process.Pid)
}

func channels() {
	full := make(chan int, 3)
	for i := 0; i < 3; i++ {
		full <- i
	}
	empty := make(chan string)
	go func() { full <- 4 }()
	go func() { <-empty }()
	go func() { <-empty }()
	go func() {
		select {
		case full <- 5:
		case <-empty:
		case <-blocked:
		}
	}()
	go func() { select {} }()
	go func() { var c chan int; <-c }()
	go func() { var c chan int; c <- 1 }()
	go func() {
		reflect.Select([]reflect.SelectCase{
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(empty)},
			{Dir: reflect.SelectSend, Chan: reflect.ValueOf(full), Send: reflect.ValueOf(1)},
		})
	}()
	go func() {
		for range time.NewTicker(time.Hour).C {
		}
	}()
}

func locks() {
	go holdGlobalMutex()
	object := &embedding{name: "heap"}
	go object.hold()
	go holdReader()
	go holdOnce()
	go (&embedding{name: "twice"}).twice()
	both := &guarded{}
	go both.keep()
	time.Sleep(50 * time.Millisecond)
	go both.nested()
	time.Sleep(50 * time.Millisecond)
	go both.look()
	one, other := &embedding{name: "one"}, &embedding{name: "other"}
	go crosswise(one, other)
	go crosswise(other, one)
	queued, kept := &embedding{name: "queued"}, &embedding{name: "kept"}
	go kept.hold()
	time.Sleep(50 * time.Millisecond)
	for i := 0; i < 3; i++ {
		go inOrder(queued, kept)
	}
	time.Sleep(50 * time.Millisecond)
	go waitGlobalMutex()
	go waitGlobalMutex()
	go object.wait()
	go waitWriter()
	go holdOnce()
	time.Sleep(50 * time.Millisecond)
	go waitReader()
	var group sync.WaitGroup
	group.Add(1)
	go group.Wait()
	condition := sync.NewCond(&sync.Mutex{})
	for i := 0; i < 2; i++ {
		go waitCondition(condition)
	}
}

func others() {
	go time.Sleep(time.Hour)
	go recurse(10)
	go recurse(300)
	go generic("text")
	go generic(map[string]int{})
	go panics()
	go inlinedLeaf(blocked)
	var s shape = square{3}
	go s.wait()
	method := s.wait
	go func() { method() }()
	go func() {
		runtime.LockOSThread()
		<-blocked
	}()
	go pprof.Do(context.Background(), pprof.Labels("kind", "labelled", "purpose", "testing", "note", "two \"words\" \u00e9\n"), func(context.Context) { <-blocked })
}

func main() {
	directory := os.Args[1]
	many := 0
	if len(os.Args) > 2 {
		many, _ = strconv.Atoi(os.Args[2])
	}
	descriptors(directory)
	channels()
	locks()
	others()
	native()
	for i := 0; i < many; i++ {
		go func() { recurse(8) }()
	}
	input := bufio.NewScanner(os.Stdin)
	buffer := make([]byte, 64<<20)
	runtime.GC()
	debug.SetGCPercent(-1) // a collection would move goroutines that are said to be at rest
	time.Sleep(300 * time.Millisecond)
	if profile := pprof.Lookup("goroutineleak"); profile != nil && len(os.Args) > 3 && os.Args[3] == "leaks" {
		profile.WriteTo(io.Discard, 0) // those that nobody can wake are leaked from now on
	}
	fmt.Println("ready")
	for input.Scan() {
		os.Stdout.Write(buffer[:runtime.Stack(buffer, true)])
		fmt.Println("\nend")
	}
}
