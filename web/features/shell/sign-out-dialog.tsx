import { useSignOut } from '../../state/sign-out.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.tsx'
import { accountWords } from '../../words/settings.ts'
import type { SheetProps } from './lazy-sheet.tsx'

/** Signing out from anywhere, asked first. */
export function SignOutDialog(props: SheetProps) {
  const signOut = useSignOut()
  const handleConfirm = async (): Promise<void> => {
    const problem = await signOut()
    if (problem !== undefined) showToast({ text: problem })
  }
  return (
    <ConfirmDialog
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title={accountWords.signOutTitle}
      description={accountWords.signOutText}
      confirm={accountWords.signOut}
      onConfirm={() => void handleConfirm()}
    />
  )
}
