package main

// Room for two words that lie as moduledata's first two do: compare.py writes them here.
var decoy = [32]byte{'t', 'w', 'o', ' ', 'w', 'o', 'r', 'd', 's', ' ', 't', 'h', 'a', 't', ' ', 'l', 'i', 'e', ' ', 'h', 'e', 'r', 'e', '!', '!', '!', '!', '!', '!', '!', '!', '!'}

func init() { kept = append(kept, &decoy) }
