import type { Schemas } from '@/lib/api/client'

/** Wozu ein empfohlenes Modell taugt. */
export default {
  'smallest-chat': 'das kleinste echte Chat-Modell; trainiert auf einer CPU in Minuten',
  'short-english': 'kurze Aufgaben auf Englisch, auf einer CPU oder kleinen GPU',
  'strong-for-its-size': 'stark für seine Größe, viele Sprachen',
  extraction: 'Auslesen, Einordnen, viele Sprachen',
  'one-narrow-task': 'eine einzelne enge Aufgabe, sehr schnell; Zugang nach Lizenz',
  'well-known-base': 'eine bekannte Basis mit langem Kontext; Zugang nach Lizenz',
  'many-languages': 'Schreiben in vielen Sprachen; Zugang nach Lizenz',
  'best-from-6-gb': 'die beste Wahl für 6 bis 8 GB',
  'english-writing': 'Schreiben und Zusammenfassen auf Englisch',
  'all-rounder': 'ein Allrounder für 8 bis 12 GB; Zugang nach Lizenz',
  reasoning: 'Schlussfolgern auf Englisch',
  'best-from-8-gb': 'die beste Wahl für 8 bis 16 GB',
  'best-from-16-gb': 'die beste Wahl ab 16 GB',
  'most-used-base': 'die meistgenutzte Basis ihrer Größe; Zugang nach Lizenz',
  'function-calling': 'europäische Sprachen, Funktionsaufrufe',
  'short-summaries': 'kurze Zusammenfassungen auf einer CPU',
  summaries: 'Zusammenfassungen und Anweisungen',
  'news-summaries': 'Zusammenfassungen wie in Nachrichten',
  'longer-summaries': 'längere, genauere Zusammenfassungen',
  'short-questions': 'Fragen zu kurzen englischen Texten, auf einer CPU',
  'classic-encoder': 'der klassische Encoder',
  'exact-encoder': 'genauer als BERT bei gleicher Größe',
  starter: 'mitgeliefert, um den Ablauf kennenzulernen und für Tests',
} satisfies Record<Schemas['RecommendedModel']['note_code'], string>
