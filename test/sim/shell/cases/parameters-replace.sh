x="foo bar foo baz"
echo ${x/foo/X} ${x//foo/X} ${x/#foo/Y} ${x/%baz/Z} ${x/nomatch/Q}
echo "${x// /_}" "${x//o}" "${x//[aeiou]/<&>}"
r='a/b'; echo ${r/\//-} "${r//\//\\}"
y=abc; echo ${y/b/\&} ${y/b/&&}
a=(one two three); echo ${a[@]/o/0} "${a[@]/%e/E}"
p='b*'; s='ab*c'; echo "${s/$p/X}" "${s/"$p"/X}"
