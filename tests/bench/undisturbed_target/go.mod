module undisturbed

go 1.18
