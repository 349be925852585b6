import type { ErrorCode, Words } from './words'

/** Spielwiese: warum ein Modell nicht antwortet. */
export default {
  'answer-out-of-memory': {
    message: 'Der Speicher reicht für dieses Modell oder dieses Gespräch nicht.',
    hint: 'Nehmen Sie ein kleineres Modell oder ein kürzeres Gespräch, oder geben Sie Speicher frei.',
  },
  'model-scores-not-numbers': {
    message: 'Was das Modell rechnet, sind keine Zahlen.',
    hint: 'Seine Gewichte sind beschädigt, oder sein Training ist davongelaufen.',
  },
  'conversation-too-long': {
    message: 'Das Gespräch hat {{tokens}} Token; das Modell liest höchstens {{limit}}.',
    hint: 'Kürzen Sie die Nachricht, oder beginnen Sie ein neues Gespräch.',
  },
  'takes-no-tools': {
    message:
      'Die Gesprächsvorlage von {{model}} schreibt keine Werkzeuge, Aufrufe von ihnen und deren Ergebnisse.',
    hint: 'Lassen Sie sie weg, oder fragen Sie ein Modell, dessen Vorlage sie schreibt, wie die von Qwen und Llama 3.1.',
  },
  'nothing-to-write-on': {
    message: 'Es ist kein Text da, der weiterzuschreiben wäre.',
    hint: 'Geben Sie mindestens ein Wort ein.',
  },
  'context-wanted': {
    message: 'Dieses Modell beantwortet Fragen zu einem Text.',
    hint: 'Geben Sie die Frage und den Text dazu ein.',
  },
  'context-not-wanted': {
    message: 'Dieses Modell ordnet Texte ein und beantwortet keine Fragen.',
    hint: 'Lassen Sie den Kontext weg.',
  },
  'writes-no-answers': {
    message: '{{model}} liest Texte und schreibt keine Antworten.',
    hint: 'Fragen Sie auf der Spielwiese, was es zu einem Text sagt.',
  },
  'predicts-nothing': {
    message: '{{model}} schreibt seine Antworten und ordnet nichts ein.',
    hint: 'Fragen Sie es auf der Spielwiese wie in einem Gespräch.',
  },
  'cannot-be-asked': {
    message: '{{model}} lässt sich so nicht befragen.',
    hint: 'Ein Startmodell ohne Kopf wird erst angepasst; ein Belohnungsmodell nennt man in einem Rezept von rlhf.',
  },
  'training-goes-first': {
    message: 'Training geht vor: {{run}} braucht {{slot}}.',
    hint: 'Fragen Sie wieder, wenn es zu Ende ist, oder halten Sie den Lauf an.',
  },
  'other-waits': {
    message: 'Jemand anders wartet auf eine Antwort.',
    hint: 'Versuchen Sie es gleich noch einmal.',
  },
  'too-many-questions': {
    message: 'Zu viele Fragen warten auf ihre Antwort.',
    hint: 'Versuchen Sie es gleich noch einmal.',
  },
  'model-unloaded': {
    message: 'Das Modell wurde entladen.',
    hint: 'Fragen Sie noch einmal, dann wird es neu geladen.',
  },
  'prediction-stopped': { message: 'Die Vorhersage wurde angehalten.', hint: 'Fragen Sie noch einmal.' },
  'process-ended': {
    message: 'Der Prozess für `{{name}}` endete unerwartet.',
    hint: 'Seine letzten Worte stehen im Protokoll des Servers.',
  },
  'process-out-of-memory': {
    message: 'Der Prozess für `{{name}}` wurde beendet, wohl weil der Speicher nicht reichte.',
    hint: 'Geben Sie Speicher frei, oder nehmen Sie ein kleineres Modell oder weniger Daten.',
  },
  'process-not-started': {
    message: 'Für `{{name}}` ließ sich kein Prozess starten: {{reason}}.',
    hint: 'Versuchen Sie es noch einmal, wenn andere Arbeit zu Ende ist. Bleibt es so, erhöhen Sie die Grenzen des Servers, vor allem die der offenen Dateien (`ulimit -n`), und starten Sie ihn neu.',
  },
  'server-ended': {
    message: 'Der Server wurde beendet, bevor dies fertig war.',
    hint: 'Nichts Halbes ist geblieben. Starten Sie es noch einmal.',
  },
  'server-ending': {
    message: 'Der Server wird beendet.',
    hint: 'Fragen Sie wieder, wenn er zurück ist.',
  },
  'answering-process-died': {
    message: 'Der Prozess, der antwortet, ist gestorben (Exit-Code {{exitcode}}).',
    hint: 'Fragen Sie noch einmal: Er beginnt neu. Seine letzten Worte stehen in inference.log im Ordner von ModelForge.',
  },
  'base-not-known': {
    message: 'Die Basis dieses Modells ist nicht bekannt.',
    hint: 'Fragen Sie nach der Basis eines Modells der Bibliothek.',
  },
} satisfies { [code in ErrorCode]?: Words }
