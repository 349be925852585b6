import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { CompareButton } from './compare-button'

vi.mock('@tanstack/react-router', () => ({ useNavigate: () => () => undefined }))

const some = (count: number) => new Set(Array.from({ length: count }, (_, index) => `run-${index}`))

test('twenty runs can be compared', () => {
  show(<CompareButton chosen={some(20)} />)
  expect(screen.getByRole('button', { name: 'Compare 20' })).toBeEnabled()
  expect(screen.queryByRole('status')).toBeNull()
})

test('more than can be compared are refused with the reason', () => {
  show(<CompareButton chosen={some(21)} />)
  expect(screen.getByRole('button', { name: 'Compare 21' })).toBeDisabled()
  expect(screen.getByRole('status')).toHaveTextContent('At most 20 runs can be compared')
})
