base=$PWD; mkdir -p a/b c; cd a; [ "$PWD" = "$base/a" ] && echo in a; cd ..; cd -  >/dev/null; [ "$PWD" = "$base/a" ] && echo back
cd $base; cd a/b/../..; [ "$PWD" = "$base" ] && echo norm; cd ./a; cd $base
pushd a >/dev/null; [ "$PWD" = "$base/a" ] && echo pushed; popd >/dev/null; [ "$PWD" = "$base" ] && echo popped
popd; echo $?; cd nosuch; echo $?; touch file; cd file; echo $?; cd a b; echo $?
(cd a); [ "$PWD" = "$base" ] && echo same; HOME=$base/c; cd; [ "$PWD" = "$base/c" ] && echo home; cd "$base"
CDPATH=$base/a; cd b >/dev/null; [ "$PWD" = "$base/a/b" ] && echo cdpath; unset CDPATH
cd /; pwd; cd ///usr; pwd; cd "$base"; ln -s a l; cd l; [ "$PWD" = "$base/l" ] && echo logical; [ "$(pwd -P)" = "$base/a" ] && echo physical; cd -P .; [ "$PWD" = "$base/a" ] && echo now
