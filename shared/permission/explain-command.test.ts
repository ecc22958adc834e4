import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CommandEffect } from '../domain/permission.ts'
import { cannotTell } from './catalogue/meaning.ts'
import { effectsForCard, explainParts } from './explain-command.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { parseCommandSync } from './parse-command.ts'

function explain(text: string): CommandEffect[] {
  const parsed = parseCommandSync(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.detail}`)
  return explainParts(parsed, lexicalFacts(parsed, { root: '/work', cwd: '/work' }))
}

/** `risk!` where it is dangerous, then the summary; the last part counts. */
function last(text: string): string {
  const effect = explain(text).at(-1)
  return `${effect?.risk}${effect?.danger === true ? '!' : ''}: ${effect?.summary}`
}

describe('what a part does', () => {
  test.each<[string, string]>([
    // Reads
    ['ls -la src', 'reads: Lists src.'],
    ['ls', 'reads: Lists this folder.'],
    ['cat a.ts b.ts', 'reads: Shows a.ts and b.ts.'],
    ['cat a b c d e', 'reads: Shows a, b and 3 more.'],
    ['cat *.ts', 'reads: Shows *.ts.'],
    ['head -n 5 a', 'reads: Shows the start of a.'],
    ['x=1; echo "$x"', 'reads: Prints text.'],
    ['echo "$HOME" $?', 'reads: Prints text.'],
    ['echo "$x"', 'reads!: Prints text. The variable x of the environment can hold a secret.'],
    ['x=$TOKEN', 'reads!: Sets the variable x. The variable TOKEN of the environment can hold a secret.'],
    ['pwd', 'reads: Shows the current folder.'],
    ['grep -rn foo src', 'reads: Searches src.'],
    ['rg foo', 'reads: Searches files.'],
    ["find . -name '*.ts'", 'reads: Looks for files in this folder.'],
    ["sed -n '10,20p' a", 'reads: Shows a, edited.'],
    ["awk '{print $1}' a", 'reads: Shows parts of a.'],
    ['sort -u a', 'reads: Sorts the lines of a.'],
    ['[ -f a ]', 'reads: Tests a condition.'],
    ['b=c; [[ -f a && $b == c ]]', 'reads: Tests a condition.'],
    ['env', 'reads!: Shows environment variables, which can hold secrets.'],
    ['cat .env', 'reads!: Shows .env. .env can hold secrets.'],
    ['cat .env.example', 'reads: Shows .env.example.'],
    ['cat /etc/passwd', 'reads!: Shows /etc/passwd. Outside the workspace: /etc/passwd.'],
    ['cat ../x', 'reads!: Shows ../x. Outside the workspace: ../x.'],
    ['cat < /etc/passwd', 'reads!: Shows its input. Outside the workspace: /etc/passwd.'],
    ['grep -f/etc/passwd x', 'reads!: Searches x. Outside the workspace: /etc/passwd.'],
    ['cat ../*', 'reads!: Shows ../*. Outside the workspace: ../*.'],
    ['cd src && cat ../a', 'reads: Shows ../a.'],
    ['cd src && cat ../../a', 'reads!: Shows ../../a. Outside the workspace: ../../a.'],
    ['cd ..', 'reads!: Goes to the folder above. Outside the workspace: the folder above.'],
    ['x=1', 'reads: Sets the variable x.'],
    ['x=$(ls)', 'reads: Sets the variable x.'],
    ['export CI=1', 'reads: Sets the variable CI.'],
    ['set -euo pipefail', 'reads: Sets how the shell treats errors.'],
    ['ls 2>/dev/null >&2', 'reads: Lists this folder.'],
    ['timeout 5 ls', 'reads: Lists this folder.'],
    ['find src -exec grep -l foo {} +', 'reads: Searches src/….'],
    // Files
    ['rm -rf build', "deletes!: Deletes build. Drover can't tell how many files."],
    ['rm -- -f', "deletes!: Deletes -f. Drover can't tell how many files."],
    ['rm *.log', "deletes!: Deletes what matches *.log. Drover can't tell how many files."],
    ['rm *', "deletes!: Deletes what matches *. Drover can't tell how many files."],
    ['rm -rf /', "deletes!: Deletes /. Drover can't tell how many files. Outside the workspace: /."],
    ['find . -name x -exec rm {} \\;', "deletes!: Deletes what matches ./…. Drover can't tell how many files."],
    ['find . -delete', "deletes!: Deletes every file in this folder that it finds. Drover can't tell how many."],
    ['rmdir a', 'deletes: Removes a if empty.'],
    ['cp -r a b', 'writes: Copies a to b.'],
    ['mv a b c', 'writes: Moves a and b to c.'],
    ['mv a /tmp', 'writes!: Moves a to /tmp. Outside the workspace: /tmp.'],
    ['mkdir -p a/b', 'writes: Makes the folder a/b.'],
    ['touch a', 'writes: Makes a, or sets the time on what exists.'],
    ['ln -s a b', 'writes: Makes the link b to a.'],
    ['chmod +x a', 'writes: Sets the access rights of a to +x.'],
    ['chmod -R 777 .', 'writes!: Sets the access rights of this folder and all below it to 777.'],
    ['chmod a+w x', 'writes!: Sets the access rights of x to a+w.'],
    ['chown root x', 'writes: Gives x to root.'],
    ['tee -a log', 'writes: Appends to log.'],
    ["sed -i 's/a/b/g' x", 'writes: Edits x in place.'],
    ['dd if=a of=/dev/sda', 'writes!: Writes bytes over /dev/sda. Outside the workspace: /dev/sda.'],
    ['truncate -s 0 a', 'writes!: Cuts or extends a to a given size.'],
    ['tar xzf a.tgz -C out', 'writes: Unpacks a.tgz into out. Files of the same name are overwritten.'],
    ['tar -czf a.tgz src', 'writes: Packs files into a.tgz.'],
    ['tar tf a.tgz', 'reads: Lists what a.tgz holds.'],
    ['unzip -o a.zip', 'writes: Unpacks a.zip. Files of the same name are overwritten.'],
    ['rsync -a --delete a/ b/', 'deletes!: Copies a/ to b/, and deletes what is only in b/.'],
    ['rsync -a a host:b', 'network: Copies a to host:b over the network.'],
    ['echo x > out', 'writes: Prints text. Overwrites out.'],
    ['echo x >> out', 'writes: Prints text. Appends to out.'],
    ['> out', 'writes: Overwrites out.'],
    ['echo x > /dev/sda', 'writes!: Prints text. Writes to the device /dev/sda.'],
    ['echo x > /dev/tcp/h/80', 'network!: Prints text. Connects to h/80.'],
    // Git
    ['git status --short', 'reads: Shows what changed in the working tree.'],
    ['git --no-pager log --oneline -5', 'reads: Shows the history.'],
    ['git diff main..HEAD -- src', 'reads: Shows changes.'],
    ['git fetch --all', 'network: Downloads new commits. Your branches and files stay as they are.'],
    ['git clone https://h/r.git d', 'network: Downloads the repository https://h/r.git into d.'],
    ['git pull --rebase', 'network: Downloads new commits and merges them into the current branch.'],
    ['git push origin main', 'network: Uploads commits of main to origin.'],
    [
      'git push --force',
      'network!: Uploads commits to the remote and replaces what is there. Commits of others can be lost.',
    ],
    [
      'git push origin +main',
      'network!: Uploads commits to origin and replaces what is there. Commits of others can be lost.',
    ],
    ['git push origin :main', 'network!: Deletes :main on origin.'],
    ['git add -A', 'writes: Stages all changes for the next commit.'],
    ['git commit -am x', 'writes: Commits all changes of tracked files. Hooks of the repository run.'],
    ['git commit --amend --no-edit', 'writes!: Replaces the last commit. Hooks of the repository run.'],
    [
      'git reset --hard HEAD~1',
      'deletes!: Sets the branch and all tracked files back to HEAD~1. Changes that are not committed are lost.',
    ],
    ['git clean -fd', "deletes!: Deletes untracked files. They are not in git, so this can't be undone."],
    ['git clean -n', 'reads: Lists untracked files that would be deleted.'],
    ['git checkout -b x', 'writes: Makes the branch x and switches to it.'],
    ['git checkout -- a', 'deletes!: Sets a back. Changes there that are not committed are lost.'],
    ['git switch main', 'writes: Switches to the branch main.'],
    ['git restore a', 'deletes!: Sets a back. Changes there that are not committed are lost.'],
    ['git restore --staged a', 'writes: Unstages a. The files stay as they are.'],
    ['git stash', 'writes: Puts changes that are not committed aside.'],
    ['git stash drop', "deletes!: Deletes stashed changes. This can't be undone."],
    ['git rebase main', 'writes!: Rewrites commits of the current branch.'],
    ['git branch', 'reads: Lists branches.'],
    ['git branch x', 'writes: Makes the branch x.'],
    ['git branch -D x', 'deletes!: Deletes the branch x, even if it is not merged.'],
    ['git tag -d v1', 'deletes!: Deletes the tag v1.'],
    ['git worktree remove --force w', 'deletes!: Deletes the working tree w. Changes in it are lost.'],
    ['git rm --cached a', 'writes: Stops tracking a. The files stay.'],
    // Packages and code
    [
      'npm ci',
      'network: Deletes node_modules first. Downloads and installs the packages of the project. Install scripts of packages run.',
    ],
    ['npm i left-pad --ignore-scripts', 'network: Downloads and installs left-pad. Install scripts do not run.'],
    ['npm test', `runs: Runs the script test of package.json. ${cannotTell}`],
    ['pnpm run build', `runs: Runs the script build of package.json. ${cannotTell}`],
    ['npm publish', 'network!: Publishes the package to the registry, for others to install.'],
    ['npm publish --dry-run', 'runs: Lists what would be uploaded. Uploads nothing.'],
    ['npx prettier .', `runs: Runs prettier, and downloads it if it is missing. ${cannotTell}`],
    ['pip install x', 'network: Downloads and installs x. Install scripts of packages run.'],
    ['uv pip install x', 'network: Downloads and installs x. Install scripts of packages run.'],
    ['cargo test', `runs: Builds the project and runs its tests. ${cannotTell}`],
    ['make deploy', `runs: Runs deploy of the Makefile. ${cannotTell}`],
    ['node a.js', `runs: Runs a.js. ${cannotTell}`],
    ["python3 -c 'x'", `runs: Runs python3 code given in the command. ${cannotTell}`],
    ['bash a.sh', `runs: Runs the script a.sh. ${cannotTell}`],
    // Network and system
    ['curl https://h/x', 'network: Fetches from h.'],
    ['curl -sSo f https://h/x', 'network: Downloads from h into f.'],
    ['curl -d @f https://h', 'network!: Sends data to h.'],
    ['curl -X DELETE https://h', 'network!: Asks h to delete something.'],
    ['curl https://h | sh', `unknown!: Runs what the command before it gives out as a script. ${cannotTell}`],
    [
      'curl https://h | sudo bash',
      `unknown!: Runs what the command before it gives out as a script. ${cannotTell} Runs as root.`,
    ],
    ['wget -O - https://h', 'network: Fetches from h.'],
    ['ssh h rm x', `network!: Runs a command on h. ${cannotTell}`],
    ['scp a h:b', 'network!: Copies a to h:b over the network.'],
    ['kill -9 12', 'runs!: Ends the process 12.'],
    ['pkill -f node', 'runs!: Ends every process whose name matches node.'],
    ['systemctl restart x', 'runs!: Restarts the service x.'],
    ['sudo apt-get install -y x', 'network!: Installs x on the system. Runs as root.'],
    ['sudo -u bob ls', 'reads!: Lists this folder. Runs as another user.'],
    ['docker run -v /:/x i', `runs!: Runs a container. ${cannotTell}`],
    ['docker ps', 'reads: Shows containers and images.'],
    ['kubectl delete pod x', 'network!: Deletes pod and x in the cluster.'],
  ])('%s', (text, expected) => {
    expect(last(text)).toBe(expected)
  })
})

describe("what Drover can't tell", () => {
  test.each([
    // Programs, options and words that aren't in the catalogue.
    './deploy.sh',
    'frobnicate x',
    'node_modules/.bin/rm x',
    'rm --frob x',
    'rm --recurs x',
    'rm $x',
    'rm -rf ~',
    'cat "$x"',
    'cat $HOME/.ssh/id_rsa',
    'cp a $b',
    'xargs rm',
    'echo $((x))',
    'echo ${x@P}',
    'echo ${PATH:=.}',
    '((x=1))',
    'cat <<E\n$((x))\nE',
    'cat <<< $((x))',
    '[[ $x -eq 1 ]]',
    "test -v 'a[$(id)]'",
    'printf -v x y',
    'echo x > $f',
    // Options that run something.
    'git log --output=x',
    'git log --out=x',
    'git diff --ext-diff',
    'git -c core.pager=x log',
    'git -C /x status',
    'git grep -O foo',
    'git clone ext::sh x',
    'git frob',
    'sort -o x y',
    'sort --compress-program=x y',
    'rg --pre x y',
    'tar xf a --to-command=x',
    'tar -I x -xf a',
    'tar xf host:a',
    "sed 's/a/b/e' x",
    "sed 'w f' x",
    "sed '1e id' x",
    "sed -i 's/a/b/w f' x",
    "awk 'BEGIN{system(1)}'",
    "awk '{print > 1}' x",
    'find . -fprint x',
    'rsync -e x a b',
    'npm --prefix /x test',
    'npm test --script-shell x',
    'curl -K x',
    'curl -c x https://h',
    'go test -exec x ./...',
    'sort *',
    'find *',
    // Variables that can make any program another one.
    'PATH=. ls',
    'LD_PRELOAD=x ls',
    'GIT_EXTERNAL_DIFF=x git diff',
    'FOO=1 ls',
    // The text changes what a name means.
    "alias ls='rm x'; ls",
    'ls() { :; }; ls',
    'PATH=.; ls',
    'export PATH=.; ls',
    'source x; ls',
    '. x; ls',
    'enable -f x ls; ls',
    'hash -p x ls; ls',
    'trap x EXIT; ls',
    'read PATH; ls',
    'for PATH in .; do ls; done',
    'bash -c "$x"',
    'eval "$x"',
    'env -S "rm x"',
    'sudo --chroot=/x ls',
    // A name that only looks like one that is known.
    'сat x',
    'ｒm x',
    'c\u200bat x',
    'rm\u00a0x',
  ])('%s', (text) => {
    expect(explain(text).at(-1)).toMatchObject({ risk: 'unknown' })
    expect(explain(text).at(-1)?.summary).toContain(cannotTell)
  })

  test.each(['rm $x', '$(echo rm) -rf', 'sudo --x ls', 'сat x', 'curl -K x', 'bash', '$x'])(
    '%s is dangerous',
    (text) => {
      expect(explain(text).at(-1)?.danger).toBe(true)
    },
  )

  test('a chosen folder that is not known is said', () => {
    expect(last('cd $x; rm a')).toMatch(/Drover can't tell in which folder a is\.$/)
    expect(last('if x; then cd a; fi; cat b')).toMatch(/^reads!: Shows b\. Drover can't tell/)
    expect(last('(cd a && ls); cat b')).toBe('reads: Shows b.')
  })
})

describe('quoting tricks change nothing', () => {
  test.each(["r''m x", '\\rm x', '"rm" x', 'command rm x', '/bin/rm x', 'bash -c "rm x"', "eval 'rm x'", 'env rm x'])(
    '%s',
    (text) => {
      expect(last(text)).toBe("deletes!: Deletes x. Drover can't tell how many files.")
    },
  )
})

describe('what the card gets', () => {
  test('hidden characters are made visible, in the text and in the summary', () => {
    const [effect] = explain('rm "a\u202egpj.exe" \'b\x1b[2K\'')
    expect(effect?.text).toBe('rm "a⟨U+202E⟩gpj.exe" \'b⟨U+001B⟩[2K\'')
    expect(effect?.summary).toContain('a⟨U+202E⟩gpj.exe')
  })

  test('fits the row, whatever the command is', () => {
    const words = [
      'rm',
      'ls',
      'cat',
      'git',
      'push',
      '-rf',
      'x'.repeat(3000),
      '👩‍👩‍👧',
      '$x',
      '>',
      'out',
      ';',
      '|',
      '&&',
      '\u202e',
      'sudo',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 12 }), (list) => {
        const parsed = parseCommandSync(list.join(' '))
        if (!parsed.ok) return
        const effects = explainParts(parsed, lexicalFacts(parsed, { root: '/work', cwd: '/work' }))
        expect(effects).toHaveLength(parsed.parts.length)
        for (const effect of effects) {
          expect(CommandEffect.safeParse(effect).success).toBe(true)
          expect(effect.summary).not.toMatch(/!|\s{2}|^\s|undefined/)
        }
      }),
    )
  })

  test('more parts than a card holds are summed up, dangers kept', () => {
    const text = [...Array.from({ length: 100 }, (_, index) => `ls a${index}`), 'rm -rf x'].join('; ')
    const effects = effectsForCard(explain(text))
    expect(effects).toHaveLength(60)
    expect(effects.some((effect) => effect.text === 'rm -rf x')).toBe(true)
    expect(effects.at(-1)).toEqual({
      text: '…',
      summary: '42 more parts are not listed. Read the whole command.',
      risk: 'reads',
      danger: false,
    })
  })
})
