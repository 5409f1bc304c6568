echo a b c; echo $_; mkdir -p x/y && cd $_ && basename $PWD; true z; echo "$_"; : "last arg"; echo "$_"; f() { echo in; }; f p q; echo $_; x=1; echo "[$_]"
