import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { Page } from './page'

function Doing() {
  const [done, setDone] = useState(false)
  return (
    <Page title="A run" actions={done ? null : <button onClick={() => setDone(true)}>Resume</button>}>
      <button>Other</button>
    </Page>
  )
}

test('when what was pressed is gone, the focus is at the heading and not lost', async () => {
  const user = userEvent.setup()
  show(<Doing />)
  screen.getByRole('button', { name: 'Resume' }).focus()
  await user.keyboard('{Enter}')
  expect(screen.getByRole('heading', { name: 'A run' })).toHaveFocus()
  await user.tab()
  expect(screen.getByRole('button', { name: 'Other' })).toHaveFocus()
})
