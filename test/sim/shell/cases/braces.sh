echo {a,b,c} x{1,2}y {1..5} {a..e} {e..a} {1..10..3} {10..1..4} {-2..2} {001..003}
echo {a,b}{1,2} {a,{b,c}} pre{,fix} {} {a} a{b "{a,b}" '{1..2}' \{a,b\} {a,b
x=v; echo {$x,w} ${x}{1,2} {$x..3}
echo {a..c}{1..2} {x,y}' 'z {"a b",c}
echo a{b,c}d{e,f}g {,} a{,}b
echo {1..3}.txt file.{txt,md}
y={a,b}; echo $y
