import type { ErrorCode, Words } from './words'

const FORM =
  'Senden Sie eine einzige Datei im Formular, oder die Datei selbst als application/octet-stream mit `?name=DATEI`.'
const RESTORE =
  'Stellen Sie die Datei aus einer Sicherung wieder her, oder löschen Sie den Ordner, in dem sie liegt.'
const REBUILD = 'Was gilt, steht in den Ordnern der Läufe: Bauen Sie die Datenbank daraus neu auf.'

/** Daten: was sich nicht lesen, aufnehmen oder speichern lässt. */
export default {
  'dataset-has-problems': {
    message_one: '{{name}} hat {{count}} Problem.',
    message_other: '{{name}} hat {{count}} Probleme.',
    hint: 'Nehmen Sie die Datei auf der Seite „Daten“ auf: Dort steht jedes mit seiner Zeile und dem, was zu tun ist.',
  },
  'rows-all-alike': {
    message: 'Alle Zeilen gleichen einander, sodass keine zum Messen zurückgehalten werden kann.',
    hint: 'Ergänzen Sie andere Zeilen, nennen Sie data.validation_dataset, oder setzen Sie data.validation_split: 0.',
  },
  'columns-not-chosen': {
    message: 'Noch hat niemand gesagt, wie die Spalten von {{name}} zu lesen sind.',
    hint: 'Wählen Sie auf der Seite des Datensatzes eine Lesart.',
  },
  'hub-dataset-not-read': {
    message: 'Der Datensatz {{name}} ließ sich nicht vom Hub lesen: {{reason}}',
    hint: 'Prüfen Sie den Namen und die Verbindung; zu geschützten Datensätzen gehört ein Token mit Zugang.',
  },
  'upload-cut': {
    message: 'Die Übertragung brach ab.',
    hint: 'Senden Sie noch einmal; nichts davon wurde behalten.',
  },
  'upload-cut-and-kept': {
    message: 'Die Übertragung brach ab.',
    hint: 'Was ankam, bleibt: Wählen Sie die Datei noch einmal, um den Rest zu senden.',
  },
  'upload-in-use': {
    message: 'Ein Teil dieser Datei kommt gerade an.',
    hint: 'Warten Sie einen Augenblick, und versuchen Sie es noch einmal.',
  },
  'upload-not-whole': {
    message: 'Von {{all}} Bytes sind {{received}} hier.',
    hint: 'Senden Sie erst den Rest.',
  },
  'upload-too-long': {
    message: 'Es kam mehr an, als angekündigt war.',
    hint: 'Beginnen Sie die Übertragung neu.',
  },
  'wrong-place-in-upload': {
    message: 'Die Übertragung steht bei Byte {{received}}, nicht bei {{offset}}.',
    hint: 'Senden Sie den Teil, der dort beginnt.',
  },
  'disk-too-small': {
    message: 'Die Datei braucht {{wanted}} Bytes, und auf der Platte sind {{free}} frei.',
    hint: 'Schaffen Sie Platz auf der Platte, und versuchen Sie es noch einmal.',
  },
  'file-too-large': {
    message: 'Die Datei ist größer als {{limit}} Bytes.',
    hint: 'Teilen Sie sie, oder erhöhen Sie MODELFORGE_MAX_UPLOAD_BYTES und starten Sie den Server neu.',
  },
  'disk-full-for-file': {
    message: '{{path}} ließ sich nicht schreiben oder lesen: {{reason}}.',
    hint: 'Schaffen Sie Platz auf der Platte, und versuchen Sie es noch einmal.',
  },
  'storage-failed': {
    message: '{{path}} ließ sich nicht schreiben oder lesen: {{reason}}.',
    hint: 'Prüfen Sie die Platte und ihre Zugriffsrechte.',
  },
  'upload-without-name': {
    message: 'Die Datei hat keinen Namen.',
    hint: 'Ergänzen Sie `?name=DATEI.jsonl`: Die Endung sagt, was sie ist.',
  },
  'form-without-file': { message: 'Das Formular enthält keine Datei.', hint: FORM },
  'form-not-readable': { message: 'Das Formular ist nicht lesbar.', hint: FORM },
  'dataset-without-file': {
    message: 'Vom Datensatz {{dataset}} fehlt die Datei.',
    hint: 'Löschen Sie ihn, und nehmen Sie ihn noch einmal auf.',
  },
  'file-damaged': { message: '{{path}} ist beschädigt: {{reason}}.', hint: RESTORE },
  'file-damaged-at': { message: '{{path}} ist beschädigt, an der Stelle {{place}}.', hint: RESTORE },
  'database-unreachable': {
    message: 'Der Datenbank-Server ist nicht zu gebrauchen: {{reason}}',
    hint: 'Sehen Sie nach, ob er läuft und Platz hat und ob MODELFORGE_DB_URL ihn richtig nennt.',
  },
  'database-failed': {
    message: 'Die Datenbank antwortete nicht wie erwartet: {{reason}}',
    hint: REBUILD,
  },
  'database-of-other-version': {
    message: 'Die Datenbank stammt von einer anderen Version von ModelForge ({{table}}).',
    hint: REBUILD,
  },
  'not-in-database': { message: 'Die Datenbank kennt „{{name}}“ nicht.', hint: REBUILD },
} satisfies { [code in ErrorCode]?: Words }
