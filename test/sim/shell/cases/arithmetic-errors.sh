echo $((1/0)); echo "after $?"
echo $((1+)); echo "after $?"
((1/0)); echo "after $?"
let 'x=1+'; echo "after $?"
echo $((08)); echo "after $?"
echo $((3x)); echo "after $?"
echo $((2#12))
echo next line
x='1+'; echo $((x))
echo end
