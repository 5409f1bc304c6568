mkdir g; cd g; touch 'a b' '*' '[x]' 'q?' .h -- -dash
echo *; echo \**; echo '*'; echo [[]x]; echo "q?" q\?; for f in *; do printf '<%s>' "$f"; done; echo; echo .*h; echo -*; echo [!a]*; echo *[[:space:]]*
x='a*'; ls -d $x; ls -d "$x" 2>/dev/null || echo literal; y=(*); echo ${#y[@]}; set -- *; echo $#; echo */ 
