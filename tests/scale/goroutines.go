// 1 GiB of heap in small objects and 100,000 goroutines, of which half wait for a channel, half for a mutex, as programs leave them that lose track.
package main

import (
	"fmt"
	"sync"
	"time"
)

type node struct {
	next *node
	pad  [14]uint64
}

var keep []*node

func waiter(c chan int, done *sync.WaitGroup) { done.Done(); <-c }
func locker(m *sync.Mutex, done *sync.WaitGroup) {
	done.Done()
	m.Lock()
	m.Unlock()
}

func main() {
	const goroutines, heap = 100000, 1 << 30
	for made := 0; made < heap; made += 128 << 10 {
		var head *node
		for i := 0; i < 1024; i++ {
			head = &node{next: head}
			head.pad[0] = 1
		}
		keep = append(keep, head)
	}
	var m sync.Mutex
	m.Lock()
	var started sync.WaitGroup
	started.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		if i%2 == 0 {
			go waiter(make(chan int), &started)
		} else {
			go locker(&m, &started)
		}
	}
	started.Wait()
	time.Sleep(200 * time.Millisecond)
	fmt.Println("ready")
	for {
		time.Sleep(time.Hour)
	}
}
