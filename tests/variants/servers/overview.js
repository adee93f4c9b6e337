// The call on Node's own http module. Prints its port once it listens; ends with its standard input.
'use strict';
const http = require('http');
const { URL } = require('url');

const keys = { agence: 'sésame/ouvre-toi?' };
const customers = {
  'société générale': { package: 'Forfait <Or> & "Argent"', credits_allowed: 1000, credits_used: 1 },
  'O’Hara 🍀': { package: 'Tr\u00e8fle \u{1F340}', credits_allowed: 10, credits_used: 25 },
};

const hits = {};

function overview(user) {
  hits[user] = (hits[user] || 0) + 1;
  const { package: name, credits_allowed: allowed, credits_used: used } = customers[user];
  return {
    reputation: 88.0,
    requests: String(7000 + hits[user]),
    package: name,
    credits_allowed: allowed,
    credits_used: used,
    credits_remain: Math.max(allowed - used, 0),
    credits_overage: Math.max(used - allowed, 0),
    billing_start_date: new Date(Date.UTC(2016, 1, 29)).toISOString().slice(0, 10),
    billing_end_date: '2016-03-28',
    billing_process_date: '2016-03-29',
  };
}

function escapeXml(text) {
  return String(text).replace(/[<>&'"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function answer(query) {
  const errors = [];
  const own = (table, name) => Object.prototype.hasOwnProperty.call(table, name);
  for (const name of ['api_user', 'api_key', 'task', 'user']) {
    if (query.getAll(name).length > 1) errors.push(`${name}: only once, please`);
    else if (!query.get(name)) errors.push(`${name} is missing`);
  }
  if (errors.length) return [422, { message: 'error', errors }];
  if (!own(keys, query.get('api_user')) || keys[query.get('api_user')] !== query.get('api_key')) {
    return [401, { message: 'error', errors: [`${query.get('api_user')} may not enter`] }];
  }
  if (query.get('task') !== 'overview') {
    return [422, { message: 'error', errors: [`cannot ${query.get('task')}`] }];
  }
  if (!own(customers, query.get('user'))) {
    return [404, { message: 'error', errors: [`who is ${query.get('user')}?`] }];
  }
  return [200, overview(query.get('user'))];
}

function toXml(told) {
  if (told.errors) {
    const listed = told.errors.map((error) => `<error>${escapeXml(error)}</error>`).join('');
    return `<result><message>${told.message}</message><errors>${listed}</errors></result>`;
  }
  const fields = Object.entries(told).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return `<?xml version="1.0"?><result><overview>${fields.join('')}</overview></result>`;
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const format = url.pathname.split('.').pop();
  const [status, told] = answer(url.searchParams);
  setTimeout(() => {
    response.statusCode = status;
    response.setHeader('Content-Type', format === 'json' ? 'application/json' : 'application/xml; charset=utf-8');
    response.setHeader('ETag', `W/"${Date.now()}"`);
    response.write(format === 'json' ? JSON.stringify(told) : toXml(told));
    response.end();
  }, Math.random() * 5);
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
