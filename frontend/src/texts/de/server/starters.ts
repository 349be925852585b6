/** Was die mitgelieferten Modelle können. */
export default {
  chat: 'Kopiert, liest aus, ordnet ein und folgt einer kurzen Anweisung in einfachem Englisch.',
  encoder:
    'Füllt Lücken in kurzen Geschichten und Nachrichten und hat so gelernt, Antworten in einem Text nachzuschlagen.',
  seq2seq:
    'Liest einen Text und schreibt einen anderen: fasst kurze Geschichten zusammen, wählt aus, kopiert, füllt Lücken.',
}
