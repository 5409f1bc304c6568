f=/usr/local/lib/libfoo.so.1.2
echo ${f##*/} ${f#*/} ${f%.*} ${f%%.*} ${f%/*} ${f#nomatch}
x=aXbXc
echo ${x#*X} ${x##*X} ${x%X*} ${x%%X*}
p='*'; y='a*b'
echo "${y#a$p}" "${y#a"$p"}" ${y%"*b"}
echo "${f##*[./]}" ${x#[a-z]} ${x%[!a-z]*}
