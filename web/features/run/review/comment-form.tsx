import { reviewCommentLimit } from '#shared/domain/review-comment.ts'
import { isKey } from '../../../state/keyboard.ts'
import { CommentForm as Form, type CommentFormProps } from '../../../ui/comment-form/comment-form.tsx'
import { reviewWords } from '../../../words/review.ts'

/** A comment on changes being written. */
export function CommentForm(
  props: Omit<CommentFormProps, 'limit' | 'holder' | 'cancel' | 'isKey'> & { readonly cancel?: string | undefined },
) {
  return (
    <Form
      {...props}
      limit={reviewCommentLimit}
      holder={reviewWords.holder}
      cancel={props.cancel ?? reviewWords.cancel}
      tone="ink"
      isKey={isKey}
    />
  )
}
