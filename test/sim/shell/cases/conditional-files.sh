touch old; sleep 0.02; touch new; mkdir d; ln -s new link; ln -s gone dangling; chmod 000 d
[ new -nt old ] && echo newer; [ old -ot new ] && echo older; [[ -L link && -f link ]] && echo link; [ -e dangling ] || echo dangling; [ -L dangling ] && echo islink
[[ -d d && ! -f d ]] && echo dir; [ new -ef link ] && echo same; [[ -s new ]] || echo zero; echo x > new; [[ -s new ]] && echo nonzero
[ -x d ] ; echo $?; chmod 755 d; [[ -x d ]] && echo x; [ -r /dev/null ] && [ -c /dev/null ] && echo chardev; [ -t 0 ] || echo notty; test -O new && echo own
