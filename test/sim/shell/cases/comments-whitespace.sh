# leading comment
echo a # trailing
   echo	indented	tabs   
echo b;echo c ;   echo d
echo e \
  f
# comment with 'quote
echo "#not" '#not' a#not \#not
if true # comment
then # another
  echo ok # more
fi # end
{ echo g; } # x
case x in # c
  x) echo h ;; # d
esac

for i in 1 2 # list
do echo $i; done
echo last
