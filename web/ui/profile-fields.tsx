import { authWords } from '../words/auth.ts'
import { TextInput } from './field.tsx'

/** Name and email of a person, with what browsers and password managers need to fill them in. */
export function ProfileFields(props: {
  readonly name: string
  readonly email: string
  readonly emailHint?: string | undefined
  readonly onName: (name: string) => void
  readonly onEmail: (email: string) => void
}) {
  return (
    <>
      <TextInput
        label={authWords.name}
        name="name"
        autocomplete="name"
        limit={80}
        required
        value={props.name}
        onChange={(name) => props.onName(name)}
      />
      <TextInput
        label={authWords.email}
        name="email"
        type="email"
        inputMode="email"
        autocomplete="username"
        limit={200}
        required
        hint={props.emailHint}
        value={props.email}
        onChange={(email) => props.onEmail(email)}
      />
    </>
  )
}
