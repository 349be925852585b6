import type { DataProblem, Dataset, Reading } from './datasets'

interface Details {
  warnings: DataProblem[]
  problems: DataProblem[]
  readings: Reading[]
  found: string[]
}

function list<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? (value as Item[]) : []
}

/** The open mapping of a dataset's details, with what is missing filled in. */
export function detailsOf(dataset: Dataset): Details {
  const details = dataset.details ?? {}
  return {
    warnings: list(details['warnings']),
    problems: list(details['problems']),
    readings: list(details['readings']),
    found: list(details['found']),
  }
}
