// Bluesky's own server (PDS) and the directory of accounts that it needs (PLC, in memory), in one process on 127.0.0.1.
// Arguments: the folder with node_modules, a folder for data, the two ports. It prints "ready" when both answer.
const [modules, data, port, plcPort] = process.argv.slice(2)
const crypto = require('crypto')
const fs = require('fs')
const net = require('net')
const path = require('path')

const load = require('module').createRequire(path.join(modules, 'index.js'))
for (const name of ['data', 'blobs', 'blobtmp']) fs.mkdirSync(path.join(data, name), { recursive: true })
Object.assign(process.env, {
  PDS_HOSTNAME: 'localhost',
  PDS_PORT: port,
  PDS_DATA_DIRECTORY: path.join(data, 'data'),
  PDS_BLOBSTORE_DISK_LOCATION: path.join(data, 'blobs'),
  PDS_BLOBSTORE_DISK_TMP_LOCATION: path.join(data, 'blobtmp'),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: crypto.randomBytes(32).toString('hex'),
  PDS_DPOP_SECRET: crypto.randomBytes(32).toString('hex'),
  PDS_JWT_SECRET: crypto.randomBytes(16).toString('hex'),
  PDS_ADMIN_PASSWORD: crypto.randomBytes(16).toString('hex'),
  PDS_DID_PLC_URL: `http://localhost:${plcPort}`,
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_INVITE_REQUIRED: 'false',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  PDS_DEV_MODE: 'true',
  PDS_RATE_LIMITS_ENABLED: 'false',
  PDS_HANDLE_BACKUP_NAMESERVERS: '',
  LOG_ENABLED: 'false',
})

// Both packages listen on every interface; nobody but this machine is to reach them.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number' && typeof args[1] !== 'string') args.splice(1, 0, '127.0.0.1')
  return listen.apply(this, args)
}

async function main() {
  const { PlcServer, Database } = load('@did-plc/server')
  const { PDS, envToCfg, envToSecrets, readEnv } = load('@atproto/pds')
  const plc = PlcServer.create({ db: Database.mock(), port: Number(plcPort) })
  await plc.start()
  const env = readEnv()
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()
  console.log('ready')
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
