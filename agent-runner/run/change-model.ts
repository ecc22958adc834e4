import type { Bench } from './bench.ts'
import { chooseModel, isSameModel, takesModels, type ChosenModel } from './choose-model.ts'
import type { Transcript } from './transcript.ts'

type Worked = Pick<Bench, 'session' | 'chosen' | 'declaration'>

/** The run is to work with another model than its agent was started with, which takes none while it goes on. */
export function needsStart(bench: Worked, wanted: ChosenModel): boolean {
  return bench.session !== undefined && !isSameModel(bench.chosen, wanted) && !takesModels(bench.session.answer)
}

/** Between two turns: the agent goes on with what the run asks for by now. What can't be set is said in the transcript. */
export async function changeModel(
  bench: Worked,
  wanted: ChosenModel,
  transcript: Pick<Transcript, 'notice'>,
): Promise<void> {
  if (bench.session === undefined || isSameModel(bench.chosen, wanted)) return
  await chooseModel(bench.session, wanted, { transcript, name: bench.declaration.name, again: true })
  bench.chosen = wanted
}
