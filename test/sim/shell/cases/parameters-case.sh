x="hello World"
echo "${x^}" "${x^^}" "${x,}" "${x,,}" "${x^^[lo]}"
y=HELLO; echo ${y,} ${y,,} ${y,,[EL]}
a=(abc def); echo ${a[@]^} ${a[@]^^}
