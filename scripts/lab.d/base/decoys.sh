make_decoys() { :; }
