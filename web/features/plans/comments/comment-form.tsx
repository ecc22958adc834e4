import { planCommentLimit } from '#shared/domain/plan-comment.ts'
import { isKey } from '../../../state/keyboard.ts'
import { CommentForm as Form, type CommentFormProps } from '../../../ui/comment-form/comment-form.tsx'
import { commentWords } from '../../../words/plan-comments.ts'

/** A comment on a plan being written. */
export function CommentForm(props: Omit<CommentFormProps, 'limit' | 'holder' | 'cancel' | 'isKey'>) {
  return (
    <Form {...props} limit={planCommentLimit} holder={commentWords.holder} cancel={commentWords.cancel} isKey={isKey} />
  )
}
