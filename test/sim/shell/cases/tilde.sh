HOME=/home/me
echo ~ ~/x "~" '~' a~ ~/ x=~ 
y=~/p:~/q; echo $y
echo ~+ | sed 's/.*/pwd/' ; echo ~nosuchuser ~root
z=a:~; echo $z
export P=~/bin; echo $P
case ~ in /home/me) echo eq;; esac
[[ ~ == /home/me ]] && echo eq2
