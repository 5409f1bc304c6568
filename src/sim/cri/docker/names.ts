/** Names for containers that nobody named (moby, pkg/namesgenerator; a part of its lists). */
import type { Proc } from "../../kernel/proc.ts";

const left =
  "admiring adoring affectionate agitated amazing angry awesome beautiful blissful bold boring brave busy charming clever cool compassionate competent condescending confident cranky crazy dazzling determined distracted dreamy eager ecstatic elastic elated elegant eloquent epic exciting fervent festive flamboyant focused friendly frosty funny gallant gifted goofy gracious great happy hardcore heuristic hopeful hungry infallible inspiring intelligent interesting jolly jovial keen kind laughing loving lucid magical modest musing mystifying naughty nervous nice nifty nostalgic objective optimistic peaceful pedantic pensive practical priceless quirky quizzical recursing relaxed reverent romantic sad serene sharp silly sleepy stoic strange stupefied suspicious sweet tender thirsty trusting unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful zealous zen".split(
    " ",
  );
const right =
  "agnesi albattani allen almeida archimedes ardinghelli aryabhata austin babbage banach bardeen bartik bell bhabha blackwell bohr booth bose boyd brown burnell carson cerf chandrasekhar clarke colden cori cray curie curran darwin davinci dijkstra easley edison einstein elion engelbart euclid euler fermat fermi feynman franklin galileo galois ganguly gauss germain goldberg goodall haibt hamilton hawking heisenberg hermann heyrovsky hodgkin hopper hugle hypatia jackson jang jennings jepsen johnson joliot jones kalam keller kepler khorana kilby kirch knuth kowalevski lalande lamarr lamport leakey leavitt lewin lovelace lumiere mayer mccarthy mcclintock meitner mendel minsky mirzakhani moore morse murdock nash neumann newton nightingale nobel noether noyce pare pasteur payne perlman pike poincare ptolemy raman ramanujan ride ritchie roentgen rosalind saha sammet shannon shaw shirley shockley sinoussi snyder spence stallman stonebraker swanson tesla thompson torvalds turing varahamihira visvesvaraya volhard wescoff wiles williams wilson wing wozniak wright yalow yonath".split(
    " ",
  );

export function randomName(p: Proc): string {
  const random = p.machine.random("docker-name");
  return `${left[random.int(0, left.length - 1)]!}_${right[random.int(0, right.length - 1)]!}`;
}
