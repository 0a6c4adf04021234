//go:build goexperiment.runtimesecret

package main

import "runtime/secret"

var secretMutex embedding

func deep(depth int, last func()) {
	if depth == 0 {
		last()
		return
	}
	var pad [256]byte
	pad[depth%256] = 1
	deep(depth-1, last)
	secretPad = pad[0]
}

var secretPad byte

func holdSecretly() { secretMutex.mu.Lock(); defer secretMutex.mu.Unlock(); <-blocked }

// Waits within secret.Do, on a stack that has grown there; after one, over what has been zeroed; and for who waits within one.
func init() {
	go secret.Do(func() { deep(100, holdSecretly) })
	go func() { secret.Do(func() { deep(100, func() {}) }); <-blocked }()
	go secret.Do(func() { secretMutex.wait() })
}
