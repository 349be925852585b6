import choice from './choices'
import data from './data'
import measuring from './measuring'
import strategies from './strategies'
import training from './training'

/** Jede Einstellung eines Trainings: wie sie heißt und was sie tut, nach den Namen im Rezept. */
export const setting = { ...data, ...strategies, ...training, ...measuring }

export { choice }
