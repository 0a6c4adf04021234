//go:build cgo

package main

/*
#include <unistd.h>
static void pauseInC(void) { pause(); }
extern void goCallback(void);
static void callBack(void) { goCallback(); }
*/
import "C"

//export goCallback
func goCallback() { <-blocked }

func native() {
	go C.pauseInC()
	go C.callBack()
}
