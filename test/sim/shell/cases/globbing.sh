shopt -s extglob
mkdir -p d/e; touch a.txt b.txt c.md .hid d/x.txt d/e/y.txt 'sp ace.txt'
echo *.txt; echo *; echo .h*; echo [ab].txt; echo [!a].txt; echo ?.md; echo d/*; echo */*.txt; echo nomatch*
echo "*.txt" '*' \*.txt
x='*.md'; echo $x "$x"
for f in *.txt; do echo "[$f]"; done
shopt -s nullglob; echo none*; shopt -u nullglob
shopt -s dotglob; echo *; shopt -u dotglob
shopt -s globstar; echo **/*.txt; echo **; shopt -u globstar
echo !(*.txt); echo @(a|b).txt; echo *.@(md|txt); echo +([a-z]).txt; echo ?(a).txt
set -f; echo *.txt; set +f
echo d/*/; echo ./*.md
echo [[:lower:]].txt [a-c].*
shopt -s nocaseglob; echo A.TXT* ; shopt -u nocaseglob
v=(*.txt); echo ${#v[@]}
shopt -s failglob; echo zz*; echo "st $?"
