/**
 * The first run that a new person is offered: a runbook for a clone of any Git repository. It needs git and what POSIX
 * has (Debian and macOS alike), finishes in seconds, and meets everything once: reading without a question, writing,
 * a diff, and a deletion whose card shows a danger.
 */
export const demoTitle = 'A tour of this repository'

const fence = '```'

export const demoPrompt = `# A tour of this repository

This run works on a clone, so nothing here can hurt your own copy. It looks around, writes down what it found, and asks
before every step that changes something.

## Look at the top of the tree
Reading needs no permission.

${fence}sh
git log --oneline -n 5
ls
${fence}

## Count the files by type
${fence}sh
git ls-files | sed -n 's/.*\\.\\([A-Za-z0-9]\\{1,8\\}\\)$/\\1/p' | sort | uniq -c | sort -rn | head -n 8
${fence}

## Write the findings down
Now a file is made, so you are asked. You can answer here or on another device.

${fence}sh
git ls-files | wc -l > DROVER-TOUR.md
${fence}

## Edit it
${fence}sh
git log -n 3 --pretty='- %s' >> DROVER-TOUR.md
date -u > tour-scratch.txt
${fence}

## Watch lines arrive
Output is on every screen while it is printed.

${fence}sh
for step in 1 2 3 4 5 6; do echo "line $step of 6"; sleep 0.3; done
${fence}

## Show what changed
${fence}sh
git add --intent-to-add DROVER-TOUR.md
git --no-pager diff --color=always -- DROVER-TOUR.md
${fence}

## Clean up
The scratch file is not in git, so deleting it can't be undone. The card says so.

${fence}sh
rm tour-scratch.txt
git status --short
${fence}

That is all: the file \`DROVER-TOUR.md\` and its diff stay with this run.
`
