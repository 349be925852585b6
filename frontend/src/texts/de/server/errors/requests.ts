import type { ErrorCode, Words } from './words'

/** Anmelden und Anfragen. */
export default {
  'no-token': {
    message: 'Dafür muss man angemeldet sein.',
    hint: 'Öffnen Sie den Link, den `modelforge open` zeigt, oder melden Sie sich an.',
  },
  'token-not-valid': {
    message: 'Die Anmeldung gilt nicht, oder nicht mehr.',
    hint: 'Öffnen Sie den Link, den `modelforge open` zeigt, oder melden Sie sich an.',
  },
  'sign-in-link-used': {
    message: 'Dieser Link zum Anmelden ist verbraucht oder abgelaufen.',
    hint: 'Einen neuen macht `modelforge open` auf dem Rechner des Servers; oder melden Sie sich mit dem API-Token an.',
  },
  'sign-in-incomplete': {
    message: 'Zum Anmelden gehört ein Link, oder ein Name mit Passwort.',
    hint: 'Öffnen Sie den Link, den `modelforge open` zeigt, oder melden Sie sich mit einem Konto an.',
  },
  'sign-in-wrong': {
    message: 'Der Name oder das Passwort stimmt nicht.',
    hint: 'Prüfen Sie beide; wer den Server betreibt, kann ein neues Passwort setzen.',
  },
  'scope-missing': {
    message: 'Dieses Token darf das nicht.',
    hint: 'Nehmen Sie ein Token mit dem Recht `{{scope}}`.',
  },
  'download-link-expired': {
    message: 'Dieser Link zum Herunterladen ist abgelaufen, oder gilt etwas anderem.',
    hint: 'Beginnen Sie auf der Seite noch einmal; ein Link gilt eine Minute.',
  },
  'host-refused': {
    message: 'Auf den Namen „{{host}}“ antwortet dieser Server nicht.',
    hint: 'Öffnen Sie ihn als localhost, oder nehmen Sie den Namen in MODELFORGE_ALLOWED_HOSTS auf.',
  },
  'too-many-requests': {
    message: 'Das waren zu viele Versuche.',
    hint: 'Warten Sie {{seconds}} Sekunden, und versuchen Sie es dann noch einmal.',
  },
  'nul-in-address': {
    message: 'Die Adresse dieser Anfrage enthält das Zeichen NUL.',
    hint: 'Nehmen Sie `%00` aus ihrem Pfad und ihrer Abfrage heraus.',
  },
  'request-not-valid': {
    message: '{{key}}: {{expected}}.',
    hint: 'Berichtigen Sie `{{key}}`.',
  },
  'internal-error': {
    message: 'In ModelForge ging etwas schief.',
    hint: 'Versuchen Sie es noch einmal. Bleibt es so, sagt das Protokoll des Servers unter dieser Nummer mehr.',
  },
  'json-too-deep': {
    message: 'Das JSON ist tiefer als {{most}} Ebenen verschachtelt.',
    hint: 'Senden Sie ein flacheres Dokument.',
  },
  'other-origin': {
    message: 'Diese Anfrage kommt von einer fremden Seite.',
    hint: 'Nehmen Sie die Seite von ModelForge, oder rufen Sie die API aus einem Programm mit einem Token auf.',
  },
} satisfies { [code in ErrorCode]?: Words }
