/** Owns the public suffixes below domains that are none themselves; written by `npm run suffixes`. */

/** One for each such domain, a domain before those below it; between blanks. */
export const SUFFIXES_BELOW = `
relay.evervault.app up.railway.app wien.funkfeuer.at ex.ortsinfo.at mel.cloudlets.com.au
airflow.af-south-1.on.aws airflow.ap-east-1.on.aws transfer-webapp.ap-east-2.on.aws
airflow.ap-northeast-1.on.aws airflow.ap-northeast-2.on.aws airflow.ap-northeast-3.on.aws
airflow.ap-south-1.on.aws airflow.ap-south-2.on.aws airflow.ap-southeast-1.on.aws
airflow.ap-southeast-2.on.aws airflow.ap-southeast-3.on.aws airflow.ap-southeast-4.on.aws
airflow.ap-southeast-5.on.aws transfer-webapp.ap-southeast-6.on.aws airflow.ap-southeast-7.on.aws
airflow.ca-central-1.on.aws airflow.ca-west-1.on.aws airflow.eu-central-1.on.aws airflow.eu-central-2.on.aws
airflow.eu-north-1.on.aws airflow.eu-south-1.on.aws airflow.eu-south-2.on.aws airflow.eu-west-1.on.aws
airflow.eu-west-2.on.aws airflow.eu-west-3.on.aws airflow.il-central-1.on.aws airflow.me-central-1.on.aws
airflow.me-south-1.on.aws transfer-webapp.mx-central-1.on.aws airflow.sa-east-1.on.aws
airflow.us-east-1.on.aws airflow.us-east-2.on.aws transfer-webapp.us-gov-east-1.on.aws
transfer-webapp.us-gov-west-1.on.aws airflow.us-west-1.on.aws airflow.us-west-2.on.aws private.repost.aws
experiments.sagemaker.aws studio.af-south-1.sagemaker.aws studio.ap-east-1.sagemaker.aws
studio.ap-northeast-1.sagemaker.aws studio.ap-northeast-2.sagemaker.aws studio.ap-northeast-3.sagemaker.aws
studio.ap-south-1.sagemaker.aws notebook.ap-south-2.sagemaker.aws studio.ap-southeast-1.sagemaker.aws
studio.ap-southeast-2.sagemaker.aws studio.ap-southeast-3.sagemaker.aws
notebook.ap-southeast-4.sagemaker.aws studio.ca-central-1.sagemaker.aws notebook.ca-west-1.sagemaker.aws
studio.eu-central-1.sagemaker.aws studio.eu-central-2.sagemaker.aws studio.eu-north-1.sagemaker.aws
studio.eu-south-1.sagemaker.aws studio.eu-south-2.sagemaker.aws studio.eu-west-1.sagemaker.aws
studio.eu-west-2.sagemaker.aws studio.eu-west-3.sagemaker.aws studio.il-central-1.sagemaker.aws
studio.me-central-1.sagemaker.aws studio.me-south-1.sagemaker.aws studio.sa-east-1.sagemaker.aws
studio.us-east-1.sagemaker.aws studio.us-east-2.sagemaker.aws studio.us-gov-east-1.sagemaker.aws
studio.us-gov-west-1.sagemaker.aws studio.us-west-1.sagemaker.aws studio.us-west-2.sagemaker.aws
shop.brendly.ba cloud.interhostsolutions.be ezproxy.kuleuven.be apps.grok.bot at.emf.camp ui.nabu.casa
instances.spawn.cc cust.cloudscale.ch objects.lpg.cloudscale.ch objects.rma.cloudscale.ch appengine.flow.ch
alp1.ae.flow.ch lpg.objectstorage.ch es-1.axarnet.cloud eu.encoway.cloud vip.jelastic.cloud
it1.jenv-aruba.cloud it1.eur.aruba.jenv-aruba.cloud s3.k2.cloud lb.ru-msk.k2.cloud lb.ru-spb.k2.cloud
runs.onstackit.cloud ca.reclaim.cloud k8s.scw.cloud fr-par-1.baremetal.scw.cloud s3.fr-par.scw.cloud
pub.instances.scw.cloud s3.nl-ams.scw.cloud s3.pl-waw.scw.cloud ch.trendhosting.cloud my.canvasite.cn
elb.amazonaws.com.cn cn-north-1.airflow.amazonaws.com.cn s3.cn-north-1.amazonaws.com.cn
s3.dualstack.cn-north-1.amazonaws.com.cn s3.cn-northwest-1.amazonaws.com.cn
s3.dualstack.cn-northwest-1.amazonaws.com.cn cn-north-1.eb.amazonaws.com.cn
airflow.cn-north-1.on.amazonwebservices.com.cn airflow.cn-northwest-1.on.amazonwebservices.com.cn
studio.cn-north-1.sagemaker.com.cn studio.cn-northwest-1.sagemaker.com.cn direct.quickconnect.cn
clusters.rdpa.co s3.amazonaws.com s3.af-south-1.amazonaws.com
webview-assets.aws-cloud9.af-south-1.amazonaws.com vfs.cloud9.af-south-1.amazonaws.com
s3.dualstack.af-south-1.amazonaws.com ap-east-1.airflow.amazonaws.com s3.ap-east-1.amazonaws.com
webview-assets.aws-cloud9.ap-east-1.amazonaws.com vfs.cloud9.ap-east-1.amazonaws.com
s3.dualstack.ap-east-1.amazonaws.com s3.ap-northeast-1.amazonaws.com
webview-assets.aws-cloud9.ap-northeast-1.amazonaws.com
consent-portal.bedrock-agentcore.ap-northeast-1.amazonaws.com vfs.cloud9.ap-northeast-1.amazonaws.com
s3.dualstack.ap-northeast-1.amazonaws.com s3.ap-northeast-2.amazonaws.com
webview-assets.aws-cloud9.ap-northeast-2.amazonaws.com
consent-portal.bedrock-agentcore.ap-northeast-2.amazonaws.com vfs.cloud9.ap-northeast-2.amazonaws.com
s3.dualstack.ap-northeast-2.amazonaws.com s3.ap-northeast-3.amazonaws.com
webview-assets.aws-cloud9.ap-northeast-3.amazonaws.com vfs.cloud9.ap-northeast-3.amazonaws.com
s3.dualstack.ap-northeast-3.amazonaws.com s3.ap-south-1.amazonaws.com
webview-assets.aws-cloud9.ap-south-1.amazonaws.com consent-portal.bedrock-agentcore.ap-south-1.amazonaws.com
vfs.cloud9.ap-south-1.amazonaws.com s3.dualstack.ap-south-1.amazonaws.com s3.ap-south-2.amazonaws.com
consent-portal.bedrock-agentcore.ap-south-2.amazonaws.com s3.dualstack.ap-south-2.amazonaws.com
s3.ap-southeast-1.amazonaws.com webview-assets.aws-cloud9.ap-southeast-1.amazonaws.com
consent-portal.bedrock-agentcore.ap-southeast-1.amazonaws.com vfs.cloud9.ap-southeast-1.amazonaws.com
s3.dualstack.ap-southeast-1.amazonaws.com s3.ap-southeast-2.amazonaws.com
webview-assets.aws-cloud9.ap-southeast-2.amazonaws.com
consent-portal.bedrock-agentcore.ap-southeast-2.amazonaws.com vfs.cloud9.ap-southeast-2.amazonaws.com
s3.dualstack.ap-southeast-2.amazonaws.com s3.ap-southeast-3.amazonaws.com
s3.dualstack.ap-southeast-3.amazonaws.com s3.ap-southeast-4.amazonaws.com
s3.dualstack.ap-southeast-4.amazonaws.com s3.ap-southeast-5.amazonaws.com
consent-portal.bedrock-agentcore.ap-southeast-5.amazonaws.com s3.dualstack.ap-southeast-5.amazonaws.com
consent-portal.bedrock-agentcore.ap-southeast-7.amazonaws.com s3.ca-central-1.amazonaws.com
webview-assets.aws-cloud9.ca-central-1.amazonaws.com
consent-portal.bedrock-agentcore.ca-central-1.amazonaws.com vfs.cloud9.ca-central-1.amazonaws.com
s3.dualstack.ca-central-1.amazonaws.com s3.ca-west-1.amazonaws.com s3.dualstack.ca-west-1.amazonaws.com
s3.eu-central-1.amazonaws.com webview-assets.aws-cloud9.eu-central-1.amazonaws.com
consent-portal.bedrock-agentcore.eu-central-1.amazonaws.com vfs.cloud9.eu-central-1.amazonaws.com
s3.dualstack.eu-central-1.amazonaws.com s3.eu-central-2.amazonaws.com
s3.dualstack.eu-central-2.amazonaws.com s3.eu-north-1.amazonaws.com
webview-assets.aws-cloud9.eu-north-1.amazonaws.com consent-portal.bedrock-agentcore.eu-north-1.amazonaws.com
vfs.cloud9.eu-north-1.amazonaws.com s3.dualstack.eu-north-1.amazonaws.com s3.eu-south-1.amazonaws.com
webview-assets.aws-cloud9.eu-south-1.amazonaws.com consent-portal.bedrock-agentcore.eu-south-1.amazonaws.com
vfs.cloud9.eu-south-1.amazonaws.com s3.dualstack.eu-south-1.amazonaws.com s3.eu-south-2.amazonaws.com
consent-portal.bedrock-agentcore.eu-south-2.amazonaws.com s3.dualstack.eu-south-2.amazonaws.com
s3.eu-west-1.amazonaws.com webview-assets.aws-cloud9.eu-west-1.amazonaws.com
consent-portal.bedrock-agentcore.eu-west-1.amazonaws.com vfs.cloud9.eu-west-1.amazonaws.com
s3.dualstack.eu-west-1.amazonaws.com s3.eu-west-2.amazonaws.com
webview-assets.aws-cloud9.eu-west-2.amazonaws.com consent-portal.bedrock-agentcore.eu-west-2.amazonaws.com
vfs.cloud9.eu-west-2.amazonaws.com s3.dualstack.eu-west-2.amazonaws.com s3.eu-west-3.amazonaws.com
webview-assets.aws-cloud9.eu-west-3.amazonaws.com consent-portal.bedrock-agentcore.eu-west-3.amazonaws.com
vfs.cloud9.eu-west-3.amazonaws.com s3.dualstack.eu-west-3.amazonaws.com s3.il-central-1.amazonaws.com
webview-assets.aws-cloud9.il-central-1.amazonaws.com vfs.cloud9.il-central-1.amazonaws.com
s3.dualstack.il-central-1.amazonaws.com s3.me-central-1.amazonaws.com
s3.dualstack.me-central-1.amazonaws.com s3.me-south-1.amazonaws.com
webview-assets.aws-cloud9.me-south-1.amazonaws.com vfs.cloud9.me-south-1.amazonaws.com
s3.dualstack.me-south-1.amazonaws.com ap-east-1.rds.amazonaws.com mrap.accesspoint.s3-global.amazonaws.com
s3.sa-east-1.amazonaws.com webview-assets.aws-cloud9.sa-east-1.amazonaws.com
consent-portal.bedrock-agentcore.sa-east-1.amazonaws.com vfs.cloud9.sa-east-1.amazonaws.com
s3.dualstack.sa-east-1.amazonaws.com webview-assets.aws-cloud9.us-east-1.amazonaws.com
consent-portal.bedrock-agentcore.us-east-1.amazonaws.com vfs.cloud9.us-east-1.amazonaws.com
s3.dualstack.us-east-1.amazonaws.com s3.us-east-2.amazonaws.com
webview-assets.aws-cloud9.us-east-2.amazonaws.com consent-portal.bedrock-agentcore.us-east-2.amazonaws.com
vfs.cloud9.us-east-2.amazonaws.com s3.dualstack.us-east-2.amazonaws.com s3.us-gov-east-1.amazonaws.com
s3.dualstack.us-gov-east-1.amazonaws.com s3.us-gov-west-1.amazonaws.com
consent-portal.bedrock-agentcore.us-gov-west-1.amazonaws.com s3.dualstack.us-gov-west-1.amazonaws.com
s3.us-west-1.amazonaws.com webview-assets.aws-cloud9.us-west-1.amazonaws.com
consent-portal.bedrock-agentcore.us-west-1.amazonaws.com vfs.cloud9.us-west-1.amazonaws.com
s3.dualstack.us-west-1.amazonaws.com s3.us-west-2.amazonaws.com
webview-assets.aws-cloud9.us-west-2.amazonaws.com consent-portal.bedrock-agentcore.us-west-2.amazonaws.com
vfs.cloud9.us-west-2.amazonaws.com s3.dualstack.us-west-2.amazonaws.com auth.af-south-1.amazoncognito.com
auth.ap-east-1.amazoncognito.com auth.ap-east-2.amazoncognito.com auth.ap-northeast-1.amazoncognito.com
auth.ap-northeast-2.amazoncognito.com auth.ap-northeast-3.amazoncognito.com
auth.ap-south-1.amazoncognito.com auth.ap-south-2.amazoncognito.com auth.ap-southeast-1.amazoncognito.com
auth.ap-southeast-2.amazoncognito.com auth.ap-southeast-3.amazoncognito.com
auth.ap-southeast-4.amazoncognito.com auth.ap-southeast-5.amazoncognito.com
auth.ap-southeast-6.amazoncognito.com auth.ap-southeast-7.amazoncognito.com
auth.ca-central-1.amazoncognito.com auth.ca-west-1.amazoncognito.com auth.eu-central-1.amazoncognito.com
auth.eu-central-2.amazoncognito.com auth.eu-north-1.amazoncognito.com auth.eu-south-1.amazoncognito.com
auth.eu-south-2.amazoncognito.com auth.eu-west-1.amazoncognito.com auth.eu-west-2.amazoncognito.com
auth.eu-west-3.amazoncognito.com auth.il-central-1.amazoncognito.com auth.me-central-1.amazoncognito.com
auth.me-south-1.amazoncognito.com auth.mx-central-1.amazoncognito.com auth.sa-east-1.amazoncognito.com
auth.us-east-1.amazoncognito.com auth.us-east-2.amazoncognito.com auth-fips.us-gov-east-1.amazoncognito.com
auth-fips.us-gov-west-1.amazoncognito.com auth.us-west-1.amazoncognito.com auth.us-west-2.amazoncognito.com
ap-east-1.cs.amazonlightsail.com services.clever-cloud.com builder.code.com aws.databricksapps.com
demo.datadetect.com preview.emergentagent.com eu-1.evennode.com apps.fbsbx.com
kr.object.fin-ncloudstorage.com kr.object.private.fin-ncloudstorage.com kr.gov-ncloudstorage.com
kr.object.gov-ncloudstorage.com kr.object.private.gov-ncloudstorage.com paas.hosted-by-previder.com
rag-cloud.hosteur.com jcloud.ik-server.com demo.jelastic.com members.linode.com ip.linodeusercontent.com
paas.massivegrid.com x.mythic-beasts.com kr.objectstorage.ncloud.com kr.ncloudstorage.com
de.object.ncloudstorage.com kr.object.private.ncloudstorage.com kr.website.ncloudstorage.com
jp.object.ncpstorage.com jp.jp4.object.ncpstorage.com jp.jp5.object.ncpstorage.com
jp.object.private.ncpstorage.com jp.jp4.object.private.ncpstorage.com jp.jp5.object.private.ncpstorage.com
cloud.nospamproxy.com static.observableusercontent.com xen.prgmr.com dev.project-study.com app.render.com
001.test.code-builder-stg.platform.salesforce.com site.tb-hosting.com pro.typeform.com jed.wafaicloud.com
pages.wiardweb.com j.scaleforce.com.cy rsc.contentproxy9.cz cloud.metacentrum.cz flt.cloud.muni.cz
dyn.cosidns.de pages.it.hs-heilbronn.de io.noc.ruhr-uni-bochum.de customer.speedpartner.de d.crm.dev
relay.evervault.dev user.localcert.dev t3.storage.dev t3.storageapi.dev git-pages.rit.edu p.tawk.email
p.tawkto.email transfer-webapp.eusc-de-east-1.on.amazonwebservices.eu
auth.cognito-idp.eusc-de-east-1.on.amazonwebservices.eu jelastic.dogado.eu user.party.eus
fi.cloudplatform.fi at.ply.gg fn.amba.host shop.brendly.hr paas.beebyte.io sekd1.beebyteapp.io cdn.bubble.io
dyndns.dappnode.io id.forgerock.io apps.lair.io stage.nodeart.io site.rb-hosting.io devices.resinstaging.io
client.scrypted.io cust.dev.thingdust.io cust.disrec.thingdust.io cust.prod.thingdust.io
cust.testing.thingdust.io jc.neen.it user.aseinet.ne.jp s3.isk01.sakurastorage.jp s3.isk02.sakurastorage.jp
rs.webaccel.jp ipfs.nftstorage.link ipfs.storacha.link ipfs.w3s.link seprox.hooc.me site.transip.me
forgot.her.name forgot.his.name cdn.prod.atlassian-dev.net r.cdn77.net cdn.cloudflareanycast.net
cdn.cloudflarecn.net cdn.cloudflareglobal.net jls-sto1.elastx.net map.fastly.net a.prod.fastly.net
a.ssl.fastly.net vps.hrsn.net fr-1.paas.massivegrid.net sn.mynetname.net hosting.ovh.net
jelastic.saveincloud.net j.scaleforce.net soc.srcf.net servicebus.usgovcloudapi.net
web.core.usgovcloudapi.net atl.jelastic.vps-host.net servicebus.windows.net web.core.windows.net
nes.akershus.no nes.buskerud.no os.hedmark.no os.hordaland.no heroy.more-og-romsdal.no bo.nordland.no
valer.ostfold.no bo.telemark.no sande.vestfold.no sande.xn--mre-og-romsdal-qqb.no
xn--vler-qoa.xn--stfold-9xa.no c.cdn77.org ssl.origin.cdn77-secure.org cloud.fedoraproject.org
app.os.fedoraproject.org app.os.stg.fedoraproject.org s3.teckids.org shop.brendly.rs hb.cldmail.ru
eu.platform.sh my.canva.site direct.quickconnect.to dyn.addr.tools j.layershift.co.uk cust.retrosnub.co.uk
aws-gov.databricksapps.us phx.enscaled.us
`;
