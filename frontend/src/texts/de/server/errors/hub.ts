import type { ErrorCode, Words } from './words'

const SIGN_IN = 'Geben Sie in den Einstellungen ein Hugging-Face-Token ein, oder setzen Sie HF_TOKEN.'

/** Der Hub: Laden und Veröffentlichen. */
export default {
  'gated-without-token': {
    message: '{{name}} ist geschützt, und es ist kein Token gesetzt.',
    hint: 'Nehmen Sie auf {{page}} die Lizenz an, und geben Sie dann in den Einstellungen ein Token dieses Kontos ein, oder setzen Sie HF_TOKEN.',
  },
  'gated-for-account': {
    message: '{{name}} ist geschützt, und das Konto dieses Tokens darf es nicht lesen.',
    hint: 'Nehmen Sie auf {{page}} mit diesem Konto die Lizenz an, und geben Sie dem Token das Recht, geschützte Modelle zu lesen.',
  },
  'unknown-token': {
    message:
      'Der Hub kennt das Token nicht, das hier verwendet wird; vielleicht ist es vertippt oder widerrufen.',
    hint: 'Geben Sie in den Einstellungen ein anderes ein, von {{hub}}/settings/tokens, oder entfernen Sie es: Offene Modelle brauchen keines.',
  },
  'unknown-revision': {
    message: '{{name}} hat diese Revision nicht.',
    hint: 'Nennen Sie einen Zweig, ein Tag oder einen Commit.',
  },
  'hub-knows-nothing': {
    message: 'Der Hub kennt {{name}} nicht, oder zeigt es nicht.',
    hint: `Prüfen Sie die Schreibweise. Ist es privat: ${SIGN_IN}`,
  },
  'hub-name-wrong': {
    message: '„{{name}}“ ist kein Name auf dem Hub.',
    hint: 'Schreiben Sie BESITZER/NAME.',
  },
  'hub-refuses-token': {
    message: 'Mit diesem Token lässt der Hub {{name}} nicht zu.',
    hint: `Zum Veröffentlichen gehört das Recht, dort zu schreiben. ${SIGN_IN}`,
  },
  'hub-busy': {
    message: 'Der Hub bittet um weniger Anfragen.',
    hint: 'Warten Sie einige Minuten, und versuchen Sie es dann noch einmal.',
  },
  'hub-status': {
    message: 'Der Hub antwortete für {{name}} mit dem Status {{status}}.',
    hint: 'Versuchen Sie es später noch einmal.',
  },
  'hub-offline': {
    message: 'Der Hub ist auf diesem Server abgeschaltet: HF_HUB_OFFLINE ist gesetzt.',
    hint: 'Entfernen Sie HF_HUB_OFFLINE und starten Sie den Server neu, oder beginnen Sie mit starter:chat.',
  },
  'hub-unreachable': {
    message: 'Der Hub unter {{hub}} ist nicht zu erreichen ({{reason}}).',
    hint: 'Prüfen Sie die Verbindung, und versuchen Sie es noch einmal; was schon geladen ist, bleibt.',
  },
  'no-hub-token': { message: 'Zum Veröffentlichen fehlt ein Hugging-Face-Token.', hint: SIGN_IN },
  'not-a-hub-token': {
    message: 'Das kann kein Hugging-Face-Token sein.',
    hint: 'Kopieren Sie es von https://huggingface.co/settings/tokens.',
  },
  'token-in-environment': {
    message: 'HF_TOKEN ist in der Umgebung des Servers gesetzt, und das geht vor.',
    hint: 'Entfernen Sie es dort, und starten Sie den Server neu.',
  },
  'repository-exists': {
    message: '{{repository}} gibt es schon, mit anderer Sichtbarkeit.',
    hint: 'Bestätigen Sie die, die es hat, oder nennen Sie ein anderes Repository.',
  },
  'push-incomplete': {
    message: 'Nicht alle Dateien von {{model}} kamen in {{repository}} an.',
    hint: 'Versuchen Sie es noch einmal: Was angekommen ist, wird nicht zweimal gesendet.',
  },
  'base-not-on-hub': {
    message:
      'Der Adapter {{model}} steht auf {{base}}, und das liegt nur auf diesem Rechner: Niemand könnte ihn laden.',
    hint: 'Veröffentlichen Sie stattdessen das ganze Modell: `modelforge merge {{model}}` macht es. Ein Belohnungsmodell lässt sich nicht zusammenführen: Trainieren Sie es auf einem Modell des Hubs.',
  },
  'push-not-confirmed': {
    message: 'Das Veröffentlichen ist nicht bestätigt.',
    hint: 'Tippen Sie genau: {{wanted}}',
  },
} satisfies { [code in ErrorCode]?: Words }
