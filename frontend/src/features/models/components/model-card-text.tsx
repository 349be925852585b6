import { useTranslation } from 'react-i18next'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'

import classes from './model-card-text.module.css'

const FRONT_MATTER = /^---\n[\s\S]*?\n---\n/

/** A model's card. Markup in it stays text, pictures are left out, links open elsewhere and tell nothing. */
export function ModelCardText({ text }: { text: string }) {
  const { t } = useTranslation()
  const scrolls = { tabIndex: 0, role: 'group', 'aria-label': t('model.card') } as const
  return (
    <div className={classes.card}>
      <Markdown
        skipHtml
        remarkPlugins={[remarkGfm]}
        disallowedElements={['img']}
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noreferrer noopener nofollow">
              {children}
            </a>
          ),
          h1: ({ children }) => <h3>{children}</h3>,
          h2: ({ children }) => <h3>{children}</h3>,
          table: ({ children }) => (
            <div className={classes.scroll} {...scrolls}>
              <table>{children}</table>
            </div>
          ),
          pre: ({ children }) => <pre {...scrolls}>{children}</pre>,
          td: ({ children }) => <td>{children}</td>,
          th: ({ children }) => <th>{children}</th>,
        }}
      >
        {text.replace(FRONT_MATTER, '')}
      </Markdown>
    </div>
  )
}
