import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { type Column, DataTable } from './data-table'

interface Fruit {
  name: string
  grams: number
}
const FRUIT: Fruit[] = [
  { name: 'pear', grams: 180 },
  { name: 'apple', grams: 150 },
  { name: 'fig', grams: 50 },
]
const COLUMNS: Column<Fruit>[] = [
  { accessorKey: 'name', header: () => 'Name' },
  { accessorKey: 'grams', header: () => 'Weight' },
  { id: 'seen', header: () => 'Seen', enableSorting: false },
]
const names = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('td')?.textContent)

test('without a head a table is sorted by a choice, in either direction, as with it', async () => {
  const user = userEvent.setup()
  const sorted = vi.fn()
  show(<DataTable blocks label="Fruit" columns={COLUMNS} data={FRUIT} onSorted={sorted} />)
  const by = screen.getByRole('combobox', { name: 'Sort by' })
  expect([...by.querySelectorAll('option')].map(({ textContent }) => textContent)).toEqual([
    'As listed',
    'Name',
    'Weight',
  ])
  await user.selectOptions(by, 'Weight')
  expect(names()).toEqual(['pear', 'apple', 'fig'])
  expect(sorted).toHaveBeenLastCalledWith(true)
  await user.click(screen.getByRole('button', { name: 'Descending' }))
  expect(names()).toEqual(['fig', 'apple', 'pear'])
  expect(screen.getByRole('columnheader', { name: 'Weight' })).toHaveAttribute('aria-sort', 'ascending')
  await user.click(screen.getByRole('button', { name: 'Name' }))
  expect(by).toHaveValue('name')
  await user.selectOptions(by, 'As listed')
  expect(names()).toEqual(['pear', 'apple', 'fig'])
  expect(sorted).toHaveBeenLastCalledWith(false)
})
